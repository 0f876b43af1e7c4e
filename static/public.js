/** What customers' pages can do more with scripts; the tools of staff stay in app.js, so that a phone need not load them. */

import * as finding from "./modules/finding.js";
import * as forms from "./modules/forms.js";
import * as inquiry from "./modules/inquiry.js";
import * as seen from "./modules/seen.js";
import { start } from "./modules/starting.js";
import * as suggest from "./modules/suggest.js";
import * as theme from "./modules/theme.js";
import * as toasts from "./modules/toasts.js";
import * as vote from "./modules/vote.js";

start([theme, toasts, suggest, finding, inquiry, forms, seen, vote]);

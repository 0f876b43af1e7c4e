/** The room of a call: only what somebody needs who talks, types and searches at once, so that it stays light. */

import * as atHand from "./modules/at_hand.js";
import * as call from "./modules/call.js";
import * as callBar from "./modules/call_bar.js";
import * as copying from "./modules/copying.js";
import * as desk from "./modules/console.js";
import * as dialogs from "./modules/dialogs.js";
import * as finding from "./modules/finding.js";
import * as forms from "./modules/forms.js";
import * as help from "./modules/help.js";
import * as keys from "./modules/keys.js";
import * as menus from "./modules/menus.js";
import * as pane from "./modules/pane.js";
import { start } from "./modules/starting.js";
import * as suggest from "./modules/suggest.js";
import * as theme from "./modules/theme.js";
import * as ticks from "./modules/ticks.js";
import * as toasts from "./modules/toasts.js";
import * as waiting from "./modules/waiting.js";

// Before everything else: what reads a part of the page wants its boxes to be there.
ticks.dress(document);
document.addEventListener("kb:drawn", (event) => ticks.dress(event.detail));
// In the order of app.js, and for the same reasons; the bar listens before the call begins to tell.
start([theme, dialogs, menus, toasts, callBar, call, suggest, desk, finding, keys, pane, copying, forms, atHand, help, waiting]);

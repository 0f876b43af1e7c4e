/** Everything works without this file; with it, less is lost, less is clicked and more is seen at once. The room of a call has call.js instead. */

import * as atHand from "./modules/at_hand.js";
import * as attach from "./modules/attach.js";
import * as autosave from "./modules/autosave.js";
import * as copying from "./modules/copying.js";
import * as desk from "./modules/console.js";
import * as dialogs from "./modules/dialogs.js";
import * as editor from "./modules/editor.js";
import * as filtering from "./modules/filtering.js";
import * as finding from "./modules/finding.js";
import * as forms from "./modules/forms.js";
import * as help from "./modules/help.js";
import * as inquiry from "./modules/inquiry.js";
import * as keys from "./modules/keys.js";
import * as lookAlikes from "./modules/look_alikes.js";
import * as menus from "./modules/menus.js";
import * as preview from "./modules/preview.js";
import * as seen from "./modules/seen.js";
import { start } from "./modules/starting.js";
import * as suggest from "./modules/suggest.js";
import * as synonyms from "./modules/synonyms.js";
import * as theme from "./modules/theme.js";
import * as ticks from "./modules/ticks.js";
import * as toasts from "./modules/toasts.js";
import * as wide from "./modules/wide.js";
import * as waiting from "./modules/waiting.js";

function dress(root) {
  ticks.dress(root);
  wide.dress(root);
}

// Before everything else: what reads a part of the page wants it dressed.
dress(document);
document.addEventListener("kb:drawn", (event) => dress(event.detail));
// Dialogs first: they stand before every other click. Suggestions before the desk: an open list has the arrows. The desk before what is found: it waits for that.
start([theme, dialogs, menus, toasts, suggest, desk, finding, keys, editor, preview, attach, autosave, copying, lookAlikes, inquiry, synonyms, forms, filtering, seen, atHand, help, waiting]);

// The list of visits: what this phone keeps is shown, and the visits to come are laid up with their checklists.
import { keepPages } from "./phone.js";
import "./phone_box.js";

const MOST = 10; // each page is asked for once
const OPEN = ["planned", "started", "ended"];
const entries = [...document.querySelectorAll("#visits > li")];
const going = entries.filter((entry) => OPEN.includes(entry.querySelector("[data-state]").dataset.state)).slice(0, MOST);
const isInspector = "inspects" in document.getElementById("phone-box").parentElement.dataset;

keepPages(["/visits", ...(isInspector ? going : []).flatMap(({ dataset }) => [`/visits/${dataset.visit}`, `/tasks/${dataset.task}`])]);

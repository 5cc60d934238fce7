// The inbox: what this phone keeps is shown, and the checks of today are laid up so that they open without a connection.
import { keepPages } from "./phone.js";
import "./phone_box.js";

const MOST = 20; // the most urgent ones; each page is asked for once
const tasks = [...document.querySelectorAll(".loop-list a")].slice(0, MOST).map((link) => link.getAttribute("href"));
const isMine = document.querySelector('.segment-link[aria-current="page"]')?.href.includes("view=mine");
const here = window.location.pathname + (window.location.search.includes("view=") ? window.location.search : "");

keepPages(["/tasks", here, ...(isMine ? tasks : [])]);

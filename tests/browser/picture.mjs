// node picture.mjs PAGE PICTURE.png WIDTH HEIGHT [light|dark] [PLACE]: a picture of a report's first screen, or of what follows a place in it.
import { launch, open } from "./browser.mjs";
import { resolve } from "node:path";

const [file, picture, width, height, scheme = "light", place] = process.argv.slice(2);
const browser = await launch();
const { page } = await open(browser, resolve(file), { width: +width, height: +height, dark: scheme === "dark", scale: 1.5 });
if (place) await page.evaluate((id) => document.getElementById(id).scrollIntoView(), place);
await page.screenshot({ path: picture });
await browser.close();

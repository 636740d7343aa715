// node check.mjs PAGE OUT: looks at a report in Chromium, wide, narrow, light, dark, without script and printed. Pictures go to the folder OUT;
// what was found is printed as JSON for the test that asked.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, open } from "./browser.mjs";

const [file, out] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
const views = [
  { name: "wide", width: 1200, height: 800 },
  { name: "narrow", width: 390, height: 844 },
  { name: "wide-dark", width: 1200, height: 800, dark: true },
  { name: "narrow-dark", width: 390, height: 844, dark: true },
];

const unfold = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));

/** What sticks out to the right of the window and is not in a box that scrolls by itself. */
const sticking = () =>
  [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .vh, .skip, .defs, svg[viewBox]"))
    .map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`);

const browser = await launch();
const found = { views: [] };
for (const view of views) {
  const { page, context, requests, errors } = await open(browser, file, view);
  await page.screenshot({ path: `${out}/${view.name}-first.png` });
  await page.screenshot({ path: `${out}/${view.name}.png`, fullPage: true });
  const first = await page.evaluate(() => [...document.querySelectorAll(".answer")].map((e) => e.getBoundingClientRect().bottom));
  await unfold(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  const out_of_view = await page.evaluate(sticking);
  const elements = await page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map((e) => e.localName))]);
  await page.evaluate(axe);
  const result = await page.evaluate((runOnly) => axe.run(document, { runOnly }), rules);
  const violations = result.violations.map((v) => ({ impact: v.impact, id: v.id, nodes: v.nodes.length, first: v.nodes[0].html.slice(0, 200) }));
  found.views.push({ ...view, requests, errors, width_px: width, sticking: out_of_view, answers_end_px: Math.max(...first), elements, checked: result.passes.length, violations });
  await context.close();
}

// A link to what is folded opens it.
{
  const { page, context } = await open(browser, file, views[0]);
  const link = page.locator("#march ~ .scroll tbody th a").first();
  await link.click();
  found.opened_by_link = await page.evaluate(() => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details")?.open ?? false);
  await context.close();
}

// Without script the page is the same, to the pixel.
{
  const { page, context } = await open(browser, file, { ...views[0], script: false });
  await page.screenshot({ path: `${out}/wide-first-without-script.png` });
  found.same_without_script = readFileSync(`${out}/wide-first-without-script.png`).equals(readFileSync(`${out}/wide-first.png`));
  await context.close();
}

// On paper, with what is folded on the screen.
{
  const { page, context } = await open(browser, file, views[0]);
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  writeFileSync(`${out}/print.pdf`, pdf);
  found.pdf_pages = (pdf.toString("latin1").match(/\/Type \/Page\b/g) ?? []).length;
  await page.emulateMedia({ media: "print" });
  found.folded_in_print = await page.evaluate(() => {
    const inside = document.querySelector("details.scenario:not([open]) .inside");
    return inside ? inside.getBoundingClientRect().height === 0 : null;
  });
  await context.close();
}
await browser.close();
console.log(JSON.stringify(found));

import type { Catalog } from "@rzp/deploy/catalog";
import { render } from "preact";
import { App } from "./app.tsx";
import { modelOf } from "./model.ts";
import { applyTheme } from "./theme.tsx";
import "./style.css";

applyTheme();
addEventListener("DOMContentLoaded", () => {
  const root = document.querySelector("#app");
  const facts = document.querySelector("#catalog")?.textContent ?? "";
  if (root !== null) render(<App model={modelOf(JSON.parse(facts) as Catalog)} />, root);
});

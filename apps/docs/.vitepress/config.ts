import GithubSlugger from "github-slugger";
import { defineConfig } from "vitepress";
import { PACKAGES, readPages } from "../src/pages.ts";
import { sidebarOf } from "../src/sidebar.ts";
import { GATHERED } from "../src/site.ts";

export default defineConfig({
  title: "rzp-infra",
  description: "A whole homelab as typed code.",
  srcDir: GATHERED,
  cleanUrls: false,
  // A build needs no network, and its result asks for nothing from elsewhere.
  useWebFonts: false,
  themeConfig: { search: { provider: "local" }, outline: [2, 3], sidebar: sidebarOf(readPages(), PACKAGES), nav: [{ text: "Tutorial", link: "/docs/tutorial" }, { text: "Runbooks", link: "/docs/operations/runbooks/" }] },
  markdown: {
    // Pages are written for git hosts too, so they hold no HTML of their own.
    html: false,
    // The same anchors as a git host makes.
    anchor: { slugify: (title) => new GithubSlugger().slug(title) },
    config: (markdown) => {
      // Two braces in a text are no expression of Vue's.
      for (const name of ["text", "code_inline"]) {
        const rule = markdown.renderer.rules[name];
        markdown.renderer.rules[name] = (...args) => (rule?.(...args) ?? "").replaceAll("{{", "&#123;&#123;");
      }
      const fence = markdown.renderer.rules.fence;
      markdown.renderer.rules.fence = (tokens, index, ...rest) => {
        const token = tokens[index];
        if (token?.info.trim() === "mermaid") return `<Mermaid code="${encodeURIComponent(token.content)}" />`;
        return fence?.(tokens, index, ...rest) ?? "";
      };
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
});

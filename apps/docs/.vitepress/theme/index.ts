import { defineComponent, h, onMounted, ref } from "vue";
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";

/** A diagram, drawn in the browser; without a browser its text is there. */
const Mermaid = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const text = decodeURIComponent(code);
    const drawn = ref("");
    onMounted(async () => {
      const { default: mermaid } = await import("mermaid");
      mermaid.initialize({ startOnLoad: false, theme: document.documentElement.classList.contains("dark") ? "dark" : "neutral", htmlLabels: false, flowchart: { useMaxWidth: false } });
      drawn.value = (await mermaid.render(`diagram-${crypto.randomUUID()}`, text)).svg;
    });
    return () => (drawn.value === "" ? h("pre", text) : h("div", { innerHTML: drawn.value, style: "overflow-x: auto" }));
  },
});

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => { app.component("Mermaid", Mermaid); },
} satisfies Theme;

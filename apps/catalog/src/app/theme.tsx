import type { JSX } from "preact";
import { useState } from "preact/hooks";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "theme";

/** Before anything is drawn, so that nobody sees the other one first. */
export function applyTheme(theme: Theme = chosen()): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(chosen);
  const choose = (next: Theme): void => {
    setTheme(next);
    applyTheme(next);
    remember(next);
  };
  return (
    <fieldset class="theme">
      <legend class="hidden">Colours</legend>
      {THEMES.map((one) => (
        <label key={one}>
          <input type="radio" name="theme" value={one} checked={theme === one} onChange={() => { choose(one); }} />
          <span>{one}</span>
        </label>
      ))}
    </fieldset>
  );
}

function chosen(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === kept) ?? "auto";
  } catch {
    // A browser may keep nothing for a page out of a file.
    return "auto";
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it holds as long as the page is open.
  }
}

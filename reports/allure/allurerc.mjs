// How Allure 3 shows a trial: one page, grouped by behaviour, failures sorted by whose fault they are.
// pytest's own word ("Failed: ", "Skipped: ") may stand before a message.
const says = (words) => new RegExp(`^(?:[\\w.]+: )?(?:${words})`);
const BY_SERVICE = "(?:FAILED|WARNED) [\\s\\S]*\\n  blame +the session service";

const category = (name, statuses, message, more = {}) => ({
  name,
  matchers: { statuses, message },
  groupByMessage: false,
  groupBy: [{ label: "feature" }, { label: "story" }],
  ...more,
});

export default {
  name: "Proxytrial",
  hideLabels: ["host", "thread", "framework", "language", "package"],
  categories: [
    category("Our own fault (harness_error)", ["failed", "broken"], says("HARNESS ERROR"), { expand: true }),
    category("A test worker died", ["failed", "broken"], says("worker crashed")),
    category("Contract broken by a service behind the target", ["failed", "broken"], says(BY_SERVICE), { expand: true }),
    category("Contract broken by the target", ["failed", "broken"], says("(?:FAILED|WARNED) \\S+"), { expand: true }),
    category("Declared violation", ["skipped"], says("XFAIL")),
    category("Untestable", ["skipped"], says("UNTESTABLE")),
    category("Not applicable", ["skipped"], says("NOT APPLICABLE")),
  ],
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        reportLanguage: "en",
        groupBy: ["epic", "feature", "story"],
        defaultSortBy: "status,asc",
      },
    },
  },
};

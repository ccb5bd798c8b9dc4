/**
 * How Chromium is started. The package's own arguments are for scraping: they take out the walls between sites. These keep
 * them; root needs `--no-sandbox`, and letters look the same wherever pictures are taken.
 */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none']

// Draws the charts of the dashboard from the page's JSON, and prints the Z report. Every figure is in a table too.
"use strict";
(() => {
  const button = document.querySelector("[data-print]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  const source = document.getElementById("clopos-charts");
  if (!source || !window.Chart) return;
  const charts = JSON.parse(source.textContent);
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = [];

  function draw(canvas) {
    const chart = charts[canvas.dataset.chart];
    if (!chart || !chart.labels.length) return;
    canvas.parentElement.hidden = false;
    const isLine = chart.kind === "line";
    const paints = [colour("--link-fg"), colour("--body-quiet-color")];
    const axis = { ticks: { color: colour("--body-fg") }, grid: { color: colour("--hairline-color") } };
    drawn.push(new window.Chart(canvas, {
      type: chart.kind,
      data: {
        labels: chart.labels,
        datasets: chart.series.map((series, number) => ({
          label: series.label,
          data: series.values.map(Number),
          borderColor: paints[number],
          backgroundColor: paints[number],
          borderDash: number ? [6, 4] : [],
          borderWidth: isLine ? 2 : 0,
          pointRadius: chart.labels.length > 40 ? 0 : 3,
          pointStyle: number ? "rect" : "circle",
          tension: 0.2,
        })),
      },
      options: {
        animation: isStill ? false : { duration: 300 },
        indexAxis: isLine ? "x" : "y",
        maintainAspectRatio: false,
        interaction: { mode: "index", axis: isLine ? "x" : "y", intersect: false },
        scales: { x: axis, y: { ...axis, beginAtZero: true } },
        plugins: {
          legend: { display: isLine, labels: { color: colour("--body-fg"), usePointStyle: true } },
          tooltip: {
            callbacks: {
              label: (item) => `${item.dataset.label}: ${chart.series[item.datasetIndex].texts[item.dataIndex]}`,
            },
          },
        },
      },
    }));
  }

  function redraw() {
    while (drawn.length) drawn.pop().destroy();
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  redraw();
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();

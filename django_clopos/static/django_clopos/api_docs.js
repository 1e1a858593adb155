// Shows the schema that the page names. A file of its own, so that a site's CSP need not allow inline scripts.
"use strict";

SwaggerUIBundle({
  url: document.getElementById("api-docs").dataset.schema,
  domNode: document.getElementById("api-docs"),
  deepLinking: true,
  docExpansion: "none",
  presets: [SwaggerUIBundle.presets.apis],
});

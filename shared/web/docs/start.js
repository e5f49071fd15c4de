// Shows the OpenAPI document of the service that serves this page.
window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: true,
  onComplete: () => {
    document.title = window.ui.specSelectors.info().get("title");
  },
});

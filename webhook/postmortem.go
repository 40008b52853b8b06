package webhook

import (
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

const (
	postmortemRoute = "/api/v1/incidents/:id/postmortem"
	markdownType    = "text/markdown; charset=utf-8"
)

// postmortem sends the draft of an incident's post-mortem, as a file: what is
// filled into it is what import takes.
func (s *Server) postmortem(c echo.Context) error {
	doc, d, err := s.cfg.Engine.DraftPostmortem(c.Request().Context(), idOf(c))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": engine.PostmortemFile(d.ID)}))
	return c.Blob(http.StatusOK, markdownType, []byte(doc))
}

func describePostmortem(doc *huma.OpenAPI, problems func(...int) map[string]*huma.Response) {
	out := problems(401, 403, 404, 409, 503)
	out["200"] = &huma.Response{
		Description: "Impact, detection, timeline, cause, resolution and follow-ups; what nobody told yet is a comment in it",
		Content:     map[string]*huma.MediaType{"text/markdown": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	doc.AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: "/api/v1/incidents/{id}/postmortem", OperationID: "get-incident-postmortem", Tags: []string{"incidents"},
		Summary:     "Draft an incident's post-mortem in Markdown",
		Description: "Made anew from the timeline each time. 409 for what is history: its story is written.",
		Parameters:  []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}},
		Responses:   out,
	})
}

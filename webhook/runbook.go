package webhook

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// runbookView is a runbook as it is read.
type runbookView struct {
	engine.Runbook
	Parts    []block
	Contents []block // its headings
	Do       []block // what it recommends
}

// contentsFrom is how many headings need a table of contents.
const contentsFrom = 4

func (s *Server) runbookPage(c echo.Context) error {
	b, err := s.cfg.Engine.RunbookByID(c.Request().Context(), idOf(c))
	if err != nil {
		return err
	}
	v := &runbookView{Runbook: b, Parts: blocks(b.Text), Do: blocks(b.Mitigation)}
	if len(v.Parts) > 0 && v.Parts[0].titled(b.Title) {
		v.Parts = v.Parts[1:] // it stands above already
	}
	for _, p := range v.Parts {
		if p.Kind == "heading" {
			v.Contents = append(v.Contents, p)
		}
	}
	if len(v.Contents) < contentsFrom {
		v.Contents = nil
	}
	return s.pages.render(c, http.StatusOK, "runbook", frame{Title: plainText(b.Title), Data: v})
}

// idOf is the id in a path, in which a slash is written as %2F.
func idOf(c echo.Context) string {
	id := c.Param("id")
	if c.Request().URL.RawPath != "" { // else Go has read it already
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
	}
	return engine.Clean(id)
}

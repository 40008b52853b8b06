package webhook

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// An import may be larger and take longer than any other request; an export as
// long as its reader keeps reading.
const (
	importRoute   = "/api/v1/import"
	exportRoute   = "/api/v1/export"
	maxImport     = 64 << 20
	importTimeout = 5 * time.Minute
	badShown      = 100
)

// imported is what came of an import.
type imported struct {
	engine.ImportReport
	Bad []badRow `json:"bad" nullable:"false" doc:"The first hundred rows that did not go in"`
}

// badRow is a row that did not go in, and why.
type badRow struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

// importHistory takes JSON lines, a few hundred a transaction, while they
// arrive, or a file of the kind that its name says. Rows that are no good are
// told and the rest goes in.
func (s *Server) importHistory(c echo.Context) error {
	if err := longRequest(c); err != nil {
		return err
	}
	body := &limited{r: c.Request().Body, left: maxImport}
	out, err := s.importFile(c.Request().Context(), c.QueryParam("file"), body)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// limited reads a body up to a limit, and fails beyond it.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, importTooLarge()
	}
	return n, err
}

func importTooLarge() *problem {
	return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d MiB; send the lines in several requests", maxImport>>20))
}

// exportHistory sends the history as JSON lines. Where the store breaks off, so
// does the connection: half of it must not look like all of it.
func (s *Server) exportHistory(c echo.Context) error {
	w := c.Response()
	w.Header().Set(echo.HeaderContentType, ndjson)
	w.Header().Set(echo.HeaderContentDisposition, `attachment; filename="rof-history.jsonl"`)
	b := bufio.NewWriterSize(&patient{w, http.NewResponseController(w)}, 64<<10)
	err := s.cfg.Engine.Export(c.Request().Context(), b)
	if err == nil {
		err = b.Flush()
	}
	if err != nil && w.Committed {
		if conn, _, hijack := w.Hijack(); hijack == nil {
			err = errors.Join(err, conn.Close())
		}
	} else if err != nil {
		w.Header().Del(echo.HeaderContentDisposition)
	}
	return err
}

const ndjson = "application/x-ndjson"

// patient gives each piece of an answer its own time.
type patient struct {
	w   io.Writer
	ctl *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.ctl.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

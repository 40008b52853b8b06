package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
	"ragoffire/engine/history"
)

// fileReport is what came of a file.
type fileReport struct {
	Name string
	imported
	Problem string // why nothing of it was read
}

// longRequest gives an import its time.
func longRequest(c echo.Context) error {
	ctl := http.NewResponseController(c.Response())
	until := time.Now().Add(importTimeout)
	if err := errors.Join(ctl.SetReadDeadline(until), ctl.SetWriteDeadline(until.Add(writeTimeout))); err != nil {
		return fmt.Errorf("a long request: %w", err)
	}
	return nil
}

// importFile takes in the rows of a file, by what its name says that it holds:
// JSON lines where it has none. What is before the first slash is the folder
// that was chosen, the rest the way below it, as rof import has it.
func (s *Server) importFile(ctx context.Context, name string, body io.Reader) (imported, error) {
	out := imported{Bad: []badRow{}}
	lines, err := linesOf(name, body)
	if err != nil {
		return out, err
	}
	out.ImportReport, err = s.cfg.Engine.Import(ctx, lines, engine.ImportOptions{
		Bad: func(l engine.Line) {
			if len(out.Bad) < badShown {
				out.Bad = append(out.Bad, badRow{l.Line, problemOf(l.Err).Detail})
			}
		},
	})
	return out, err
}

func linesOf(name string, body io.Reader) (iter.Seq2[engine.Line, error], error) {
	if name == "" {
		return engine.ReadLines(body, "", ""), nil
	}
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(engine.Clean(name), `\`, "/")), "/")
	if !history.Known(name) {
		return nil, engine.Invalidf("file", "%.200s: not a kind of file that can be imported; those are .md, .json, .jsonl and .csv", path.Base(name))
	}
	kind := ""
	if folder, below, ok := strings.Cut(name, "/"); ok {
		kind, name = history.KindOf(folder), below
	}
	if history.Streams(name) {
		if said := history.KindOf(name); said != "" {
			kind = said
		}
		return engine.ReadLines(body, name, kind), nil
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return func(yield func(engine.Line, error) bool) {
		for _, l := range history.Parse(name, kind, data) {
			if !yield(l, nil) {
				return
			}
		}
	}, nil
}

// upload takes the files of the page's form, one after the other, and shows the
// page again with what came of each.
func (s *Server) upload(c echo.Context) error {
	if err := longRequest(c); err != nil {
		return err
	}
	reports, err := s.uploaded(c)
	refused := ""
	switch e := problemOf(err); {
	case err == nil && len(reports) == 0:
		refused = "No file was chosen."
	case err == nil:
	case e.Status >= http.StatusInternalServerError:
		return err
	default:
		refused = upperFirst(e.Detail) + "."
	}
	v, err := s.pastView(c.Request().Context(), pastAsk{})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v.Reports, v.Refused = reports, refused; refused != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.pages.render(c, status, "history", frame{Title: "History", Data: v})
}

func (s *Server) uploaded(c echo.Context) ([]fileReport, error) {
	r := c.Request()
	r.Body = struct {
		io.Reader
		io.Closer
	}{&limited{r: r.Body, left: maxImport}, r.Body}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "the files did not come as a form sends them")
	}
	var reports []fileReport
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return reports, nil
		}
		if err != nil {
			return reports, unread(err)
		}
		if part.FileName() == "" {
			continue // the empty field of a form in which none was chosen
		}
		report, err := s.uploadedPart(r.Context(), part)
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
}

func (s *Server) uploadedPart(ctx context.Context, part *multipart.Part) (fileReport, error) {
	report := fileReport{Name: part.FileName()}
	var err error
	report.imported, err = s.importFile(ctx, report.Name, part)
	if engine.KindOf(err) == engine.Invalid {
		report.Problem, err = problemOf(err).Detail, nil
	}
	return report, err
}

// Sum says what went in.
func (r *fileReport) Sum() string {
	if r.Problem != "" {
		return r.Problem
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{r.Added, "added"}, {r.Updated, "updated"}, {r.Unchanged, "unchanged"}, {r.BadCount, "bad"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprint(p.n, " ", p.what))
		}
	}
	if len(parts) == 0 {
		return "nothing in it"
	}
	return strings.Join(parts, ", ")
}

// More is how many bad rows are not listed.
func (r *fileReport) More() int { return r.BadCount - len(r.Bad) }

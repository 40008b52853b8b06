package webhook

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
)

// newAPI makes the REST API on Echo. Its document is made from the code, and
// what requests are checked against is that document.
func (s *Server) newAPI() huma.API {
	conf := huma.DefaultConfig("RAG of Fire", "1")
	conf.Info.Description = "Incidents, decisions and the history they rest on. Unknown JSON properties are ignored; errors are RFC 9457 problems."
	conf.AllowAdditionalPropertiesByDefault = true
	conf.CreateHooks = nil // theirs builds links from the Host header
	conf.OpenAPIPath, conf.DocsPath, conf.SchemasPath = "", "", ""
	format := huma.Format{Marshal: writeJSON, Unmarshal: readJSON}
	conf.Formats = map[string]huma.Format{"application/json": format, "json": format} // json also stands for problem+json
	conf.Transformers = []huma.Transformer{s.sayWhere}
	a := humaecho.New(s.echo, conf)
	a.UseMiddleware(anyContentType, plainID)
	return a
}

// reply is a handler's result as huma takes it.
type reply[T any] struct{ Body T }

// none is the result of an operation that answers nothing.
type none struct{}

// op registers an operation. Its input is clean of what no store can take when
// the handler sees it, and its errors are the client's business only as far as
// problem.go says.
func op[I, O any](a huma.API, status int, route, summary string, fn func(context.Context, *I) (O, error)) {
	method, path, _ := strings.Cut(route, " ")
	o := huma.Operation{
		Method: method, Path: path, Summary: summary, DefaultStatus: status, MaxBodyBytes: maxBody + 1,
		OperationID: operationID(method, path), Tags: []string{tagOf(path)},
	}
	call := func(ctx context.Context, in *I) (O, error) {
		clean(reflect.ValueOf(in).Elem())
		out, err := fn(ctx, in)
		return out, clientError(err, reflect.TypeFor[I]())
	}
	if reflect.TypeFor[O]() == reflect.TypeFor[none]() {
		huma.Register(a, o, func(ctx context.Context, in *I) (*none, error) {
			_, err := call(ctx, in)
			return &none{}, err
		})
		return
	}
	huma.Register(a, o, func(ctx context.Context, in *I) (*reply[O], error) {
		out, err := call(ctx, in)
		return &reply[O]{out}, err
	})
}

// clientError is an error of an operation with that input as huma writes it, with
// the cause kept for the log.
func clientError(err error, input reflect.Type) error {
	if err == nil {
		return nil
	}
	p := problemOf(err)
	for _, e := range p.Errors {
		e.Location = placed(e.Location, input)
	}
	if p.Status == http.StatusServiceUnavailable {
		return huma.ErrorWithHeaders(&failure{p, err}, http.Header{"Retry-After": {"10"}})
	}
	return &failure{p, err}
}

// placed is where a field of a body stands in truth: the engine knows no requests.
func placed(location string, input reflect.Type) string {
	name, ok := strings.CutPrefix(location, "body.")
	for n := 0; ok && n < input.NumField(); n++ {
		for _, where := range []string{"query", "path"} {
			if input.Field(n).Tag.Get(where) == name {
				return where + "." + name
			}
		}
	}
	return location
}

// failure is a problem and what it came from.
type failure struct {
	*problem
	cause error
}

func operationID(method, path string) string {
	words := strings.FieldsFunc(strings.TrimPrefix(path, "/api/v1"), func(r rune) bool { return strings.ContainsRune("/{}-", r) })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

func tagOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/v1/"), "/")
	return name
}

// sayWhere makes a validation error's text name the field, and keeps what was
// sent out of the answer.
func (s *Server) sayWhere(ctx huma.Context, _ string, v any) (any, error) {
	if f, ok := v.(*failure); ok {
		s.logError(ctx.Context(), ctx.Operation().Path, f.Status, f.cause)
		return f.problem, nil
	}
	p, ok := v.(*problem)
	if !ok || len(p.Errors) == 0 {
		return v, nil
	}
	if p.Status == http.StatusRequestEntityTooLarge {
		return tooLarge(), nil
	}
	for _, e := range p.Errors {
		e.Value = nil
	}
	if first := p.Errors[0]; first.Location == "body" && p.Status == http.StatusBadRequest {
		p.Detail = "body: " + first.Message
	} else if first.Location != "" && !strings.Contains(first.Message, strings.TrimPrefix(first.Location, "body.")) {
		p.Detail = strings.TrimPrefix(first.Location, "body.") + ": " + first.Message
	} else {
		p.Detail = first.Message
	}
	return p, nil
}

// anyContentType takes every body for JSON, as curl's -d sends it.
func anyContentType(ctx huma.Context, next func(huma.Context)) {
	humaecho.Unwrap(ctx).Request().Header.Set("Content-Type", "application/json")
	next(ctx)
}

// plainID reads an id in a path as pages do: Echo leaves it as it was written.
func plainID(ctx huma.Context, next func(huma.Context)) {
	if c := humaecho.Unwrap(ctx); c.Param("id") != "" {
		c.SetParamValues(idOf(c)) // no path has another
	}
	next(ctx)
}

package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"ragoffire/engine"
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
	a.UseMiddleware(anyContentType)
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
		return out, clientError(err)
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

// clientError is an error as huma writes it, with the cause kept for the log.
func clientError(err error) error {
	if err == nil {
		return nil
	}
	p := problemOf(err)
	if p.Status == http.StatusServiceUnavailable {
		return huma.ErrorWithHeaders(&failure{p, err}, http.Header{"Retry-After": {"10"}})
	}
	return &failure{p, err}
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
		s.logError(ctx.Context(), f.Status, f.cause)
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

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// readJSON reads a body. For validation, into an any, it takes numbers out of
// range for infinite, which the schemas' bounds refuse by name.
func readJSON(data []byte, v any) error {
	into, generic := v.(*any)
	if !generic {
		return json.Unmarshal(data, v)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after the JSON document")
	}
	var err error
	*into, err = plain(*into, 0)
	return err
}

func notJSON(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errors.New("not JSON: " + syntax.Error() + " at byte " + strconv.FormatInt(syntax.Offset, 10))
	}
	return errors.New("not JSON: it ends too early")
}

// maxDepth is how deep a body may nest.
const maxDepth = 32

// plain turns numbers into floats, and refuses what nests too deep.
func plain(v any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested deeper than 32 levels")
	}
	var err error
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil && !math.IsInf(f, 0) {
			return nil, err
		}
		return f, nil
	case map[string]any:
		for k := range v {
			if v[k], err = plain(v[k], depth+1); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = plain(v[i], depth+1); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// clean makes every string in a request's input one that can be stored.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(engine.Clean(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			clean(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // a raw body
		}
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Map:
		m, ok := v.Interface().(map[string]string)
		for k, s := range m {
			if ok && (engine.Clean(k) != k || engine.Clean(s) != s) {
				delete(m, k)
				m[engine.Clean(k)] = engine.Clean(s)
			}
		}
	}
}

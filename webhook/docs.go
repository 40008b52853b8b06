package webhook

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// docsView is the reference: the OpenAPI document as people read it.
type docsView struct{ Groups []docsGroup }

type docsGroup struct {
	Name, About string
	Ops         []docsOp
}

type docsOp struct {
	ID, Method, Path, Summary, About string
	Role                             string // that it needs; empty where it is open
	Params, Body, Result             []docsField
	Answers                          []docsAnswer
	Curl                             string
}

type docsField struct {
	Name, Type, About string
	Required          bool
}

type docsAnswer struct{ Code, About string }

func (s *Server) docs(c echo.Context) error {
	return s.pages.render(c, http.StatusOK, "docs", frame{Title: "API", Data: s.pages.docs})
}

// newDocsView reads the document in the order of its tags, paths and methods.
func newDocsView(doc *huma.OpenAPI, base string, token bool) (docsView, error) {
	r := reference{schemas: doc.Components.Schemas, base: base, token: token}
	var v docsView
	for _, tag := range doc.Tags {
		g := docsGroup{Name: tag.Name, About: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			item := doc.Paths[path]
			for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
				if op == nil || !slices.Contains(op.Tags, tag.Name) {
					continue
				}
				o, err := r.op(op)
				if err != nil {
					return docsView{}, fmt.Errorf("reference of %s %s: %w", op.Method, op.Path, err)
				}
				g.Ops = append(g.Ops, o)
			}
		}
		v.Groups = append(v.Groups, g)
	}
	return v, nil
}

// reference reads operations.
type reference struct {
	schemas huma.Registry
	base    string
	token   bool
}

func (r reference) op(op *huma.Operation) (docsOp, error) {
	o := docsOp{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, About: op.Description}
	o.Role, _ = op.Extensions[roleExtension].(string)
	for _, p := range op.Parameters {
		o.Params = append(o.Params, docsField{Name: p.Name, Type: r.typeOf(p.Schema), About: r.about(p.Schema, p.Description), Required: p.Required})
	}
	var body *huma.Schema
	if op.RequestBody != nil {
		body = r.schemaIn(op.RequestBody.Content)
		o.Body = r.fields(body)
	}
	for _, code := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[code]
		text := answer.Description
		if code == "default" {
			code, text = "4xx, 5xx", "A problem (RFC 9457) that says what was wrong"
		}
		o.Answers = append(o.Answers, docsAnswer{code, text})
		if code < "3" && len(o.Result) == 0 {
			o.Result = r.fields(r.schemaIn(answer.Content))
		}
	}
	var err error
	o.Curl, err = r.curl(op, body)
	return o, err
}

func (r reference) schemaIn(content map[string]*huma.MediaType) *huma.Schema {
	if m := content["application/json"]; m != nil {
		return r.resolve(m.Schema)
	}
	return nil
}

func (r reference) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = r.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// fields lists an object's members, the required ones first.
func (r reference) fields(s *huma.Schema) []docsField {
	if s == nil {
		return nil
	}
	var out []docsField
	for name, p := range s.Properties {
		out = append(out, docsField{
			Name: name, Type: r.typeOf(p), About: r.about(p, p.Description), Required: slices.Contains(s.Required, name),
		})
	}
	slices.SortFunc(out, func(a, b docsField) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

func (r reference) typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case len(s.OneOf) > 0:
		return r.typeOf(s.OneOf[0]) + " or null"
	case s.Type == huma.TypeArray:
		return "list of " + r.typeOf(s.Items)
	case s.Format == "date-time":
		return "time"
	case s.Type == "":
		return "any"
	}
	if s.Nullable {
		return s.Type + " or null"
	}
	return s.Type
}

func (r reference) about(s *huma.Schema, text string) string {
	if s == nil || len(s.Enum) == 0 {
		return text
	}
	words := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		words[i] = fmt.Sprint(v)
	}
	return strings.TrimPrefix(text+". One of "+strings.Join(words, ", "), ". ")
}

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

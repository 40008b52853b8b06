package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// cases is how many requests each operation gets.
const cases = 500 / thinned

// Requests made from the document, half of them with one fault, get only
// answers that the document has: never a 5xx, and no success for what the
// document refuses, as another library reads it.
func TestRequestsMadeFromTheDocument(t *testing.T) {
	r := start(t, nil).withSeeds()
	c := newContract(t, r)
	seed := rand.Uint64()
	if s := os.Getenv("ROF_SEED_OF_REQUESTS"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		check(t, err)
		seed = n
	}
	t.Logf("ROF_SEED_OF_REQUESTS=%d makes the same requests again", seed)
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), ids: ids(t, r)}
	doc := openDoc(t, r)
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		operations := doc.Paths.Map()[path].Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			if path == "/ws/incidents" { // feed_test.go speaks its language
				continue
			}
			tally := make(map[int]int)
			for range cases {
				req, fault := g.request(r, method, path, operations[method])
				tally[c.holds(req, fault)]++
				if t.Failed() {
					return
				}
			}
			t.Logf("%-6s %-40s %v", method, path, tally)
		}
	}
}

// ids makes things to ask for, and returns what names them.
func ids(t *testing.T, r *rig) []string {
	t.Helper()
	var out []string
	for n := range 8 {
		a := r.do("POST", "/api/v1/decisions/stream-anomaly", fmt.Sprintf(`{"error_type":"disk_full","service":"s%d"}`, n)).want(t, 202)
		out = append(out, a.field(t, "incident_id").(string))
		d := r.do("POST", "/api/v1/decisions/analyze", `{"error_type":"database_timeout"}`).want(t, 200)
		out = append(out, d.field(t, "id").(string))
	}
	return append(out, "INC-2025-001", "INC-2025-002", "RB-none", "x", "..", "%2F..%2F", "é", "a b", "'; DROP TABLE incidents --", "\u202e")
}

// holds sends a request and checks its answer; it returns the status.
func (c *contract) holds(req *http.Request, fault string) int {
	c.t.Helper()
	var body []byte
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		check(c.t, err)
		body = b
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	what := fmt.Sprintf("%s %s %.800s (%s)", req.Method, req.URL.RequestURI(), body, fault)
	got := c.r.send(req)
	route, params, err := c.router.FindRoute(req)
	if err != nil { // an id that makes it another path
		if got.status >= 500 || got.status < 300 {
			c.t.Errorf("%s = %d: %.300s", what, got.status, got.body)
		}
		return got.status
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: &openapi3filter.Options{
		IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	if got.status >= 500 {
		c.t.Errorf("%s = %d: %.300s", what, got.status, got.body)
	}
	if err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)), Options: in.Options,
	}); err != nil {
		c.t.Errorf("%s = %d does not match the document: %v\n%.600s", what, got.status, err, got.body)
	}
	if got.status >= 400 && (got.header.Get("Content-Type") != "application/problem+json" || !bytes.Contains(got.body, []byte(`"detail":"`))) {
		c.t.Errorf("%s = %d without a problem that says why: %.300s", what, got.status, got.body)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil && got.status < 300 && !strings.HasPrefix(route.Path, "/webhooks/") && route.Path != "/api/v1/import" {
		c.t.Errorf("%s = %d, and the document refuses it: %v", what, got.status, err)
	}
	return got.status
}

// generator makes requests from schemas.
type generator struct {
	*rand.Rand
	ids []string
}

// request makes one request; fault says what is wrong with it, if anything is.
func (g *generator) request(r *rig, method, path string, o *openapi3.Operation) (req *http.Request, fault string) {
	spoil := g.IntN(2) == 0
	query := make(url.Values)
	for _, ref := range o.Parameters {
		p := ref.Value
		v := g.value(p.Schema.Value, p.Name)
		if p.In == "path" {
			id := fmt.Sprint(v)
			if p.Name == "source" {
				id = g.text(p.Schema.Value.Examples)
			}
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(id))
			continue
		}
		if !p.Required && g.IntN(2) == 0 {
			continue
		}
		if spoil && fault == "" && g.IntN(3) == 0 {
			v, fault = g.wrong(p.Schema.Value), "the parameter "+p.Name
		}
		if v != nil {
			query.Set(p.Name, fmt.Sprint(v))
		}
	}
	var body []byte
	if o.RequestBody != nil {
		content := o.RequestBody.Value.Content
		if media := content["application/json"]; media != nil && media.Schema != nil {
			v := g.value(media.Schema.Value, "")
			if spoil && fault == "" {
				v, fault = g.spoil(v, media.Schema.Value)
			}
			b, err := json.Marshal(v)
			check(r.t, err)
			body = b
			if spoil && fault == "" {
				body, fault = g.broken(body), "the JSON"
			}
		} else {
			body = g.lines()
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return r.request(method, path, bytes.NewReader(body), "Content-Type: application/json"), fault
}

// text picks one of a few texts.
func (g *generator) text(list []any) string { return fmt.Sprint(list[g.IntN(len(list))]) }

// value makes a value that a schema allows.
func (g *generator) value(s *openapi3.Schema, name string) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[g.IntN(len(s.Enum))]
	case len(s.OneOf) > 0:
		return g.value(s.OneOf[g.IntN(len(s.OneOf))].Value, name)
	case len(s.AnyOf) > 0:
		return g.value(s.AnyOf[g.IntN(len(s.AnyOf))].Value, name)
	case s.Type == nil:
		return g.loose(name)
	case s.Type.Includes("null") && g.IntN(4) == 0:
		return nil
	case s.Type.Includes("object"):
		m := make(map[string]any)
		for name, p := range s.Properties {
			if slices.Contains(s.Required, name) || g.IntN(2) == 0 {
				m[name] = g.value(p.Value, name)
			}
		}
		if extra := s.AdditionalProperties.Schema; extra != nil {
			for n := range g.IntN(4) {
				m[fmt.Sprint("key", n)] = g.value(extra.Value, "")
			}
		}
		return m
	case s.Type.Includes("array"):
		var list []any
		for range g.IntN(3) {
			list = append(list, g.value(s.Items.Value, name))
		}
		return list
	case s.Type.Includes("boolean"):
		return g.IntN(2) == 0
	case s.Type.Includes("integer"), s.Type.Includes("number"):
		low, high := -1000.0, 1000.0
		if s.Min != nil {
			low, high = *s.Min, *s.Min+1000
		}
		if s.Max != nil {
			high = *s.Max
		}
		v := low + g.Float64()*(high-low)
		if s.Type.Includes("integer") {
			return int64(v)
		}
		return v
	}
	return g.words(s, name)
}

// loose makes a value where the document allows any: often what is meant.
func (g *generator) loose(name string) any {
	if g.IntN(4) == 0 {
		return g.anything(2)
	}
	switch {
	case strings.HasSuffix(name, "_at"):
		return g.words(&openapi3.Schema{Format: "date-time"}, name)
	case name == "labels":
		return map[string]any{"a": g.words(&openapi3.Schema{}, "")}
	case name == "status":
		return []string{"firing", "resolved"}[g.IntN(2)]
	case name == "spike_percentage":
		return g.Float64() * 900
	}
	return g.words(&openapi3.Schema{}, name)
}

// words makes a text that a schema allows.
func (g *generator) words(s *openapi3.Schema, name string) string {
	switch {
	case s.Format == "date-time":
		return fmt.Sprintf("20%02d-0%d-1%dT0%d:00:00Z", 10+g.IntN(14), 1+g.IntN(9), g.IntN(10), g.IntN(10))
	case name == "id" || name == "into" || name == "from" || name == "to" || name == "duplicate_of" || name == "incident_id" || name == "correct_incident":
		return g.ids[g.IntN(len(g.ids))]
	}
	text := []string{
		"checkout", "database_timeout", "@oncall", "p99 is at 1.9 s, +450 %", "<!channel> <@U123> <https://evil.example|x>", "\u202eabc\u0000\u2028", "日本語 🔥",
		"<img src=x onerror=alert(1)>", "' OR 1=1 --", strings.Repeat("long ", 60), "x",
	}[g.IntN(11)]
	if s.MaxLength != nil {
		text = string([]rune(text)[:min(len([]rune(text)), int(*s.MaxLength))])
	}
	for uint64(len([]rune(text))) < s.MinLength {
		text += "x"
	}
	return text
}

// anything makes any JSON.
func (g *generator) anything(depth int) any {
	switch g.IntN(6 + depth) {
	case 0:
		return nil
	case 1:
		return g.IntN(2) == 0
	case 2:
		return g.NormFloat64() * 1e6
	case 3, 4, 5:
		return g.words(&openapi3.Schema{}, "")
	case 6:
		return []any{g.anything(depth - 1), g.anything(depth - 1)}
	}
	return map[string]any{"title": g.anything(depth - 1), "status": "firing", "labels": g.anything(depth - 1), "alerts": []any{g.anything(depth - 1)}}
}

// wrong is a value that a schema does not allow, where there is one.
func (g *generator) wrong(s *openapi3.Schema) any {
	switch {
	case len(s.Enum) > 0:
		return "neither"
	case s.Type == nil:
		return g.anything(1)
	case s.Type.Includes("string"):
		if s.MaxLength != nil && g.IntN(2) == 0 {
			return strings.Repeat("y", int(*s.MaxLength)+1)
		}
		return map[string]any{"not": "a text"}
	case s.Max != nil && g.IntN(2) == 0:
		return *s.Max + 1
	}
	return "not at all"
}

// spoil puts one fault into a body.
func (g *generator) spoil(v any, s *openapi3.Schema) (any, string) {
	m, ok := v.(map[string]any)
	if !ok || len(s.Properties) == 0 {
		return v, ""
	}
	if len(s.Required) > 0 && g.IntN(3) == 0 {
		name := s.Required[g.IntN(len(s.Required))]
		delete(m, name)
		return m, "without " + name
	}
	if g.IntN(6) == 0 {
		return []any{m}, "a list"
	}
	names := slices.Sorted(maps.Keys(s.Properties))
	name := names[g.IntN(len(names))]
	m[name] = g.wrong(s.Properties[name].Value)
	return m, "the property " + name
}

// broken is JSON that is none.
func (g *generator) broken(b []byte) []byte {
	switch g.IntN(4) {
	case 0:
		return b[:len(b)/2]
	case 1:
		return append(b, '}')
	case 2:
		return []byte("\xff\xfe" + string(b))
	}
	return []byte(strings.Repeat("[", 5000))
}

// lines is what import is given: rows, good and bad.
func (g *generator) lines() []byte {
	var b bytes.Buffer
	for range g.IntN(4) {
		row := map[string]any{"kind": []string{"incident", "runbook", "poem"}[g.IntN(3)], "title": g.words(&openapi3.Schema{}, "")}
		for _, name := range []string{"id", "text", "symptom", "labels", "started_at", "spike_percentage", "alerts"} {
			if g.IntN(4) == 0 {
				row[name] = g.anything(1)
			}
		}
		line, _ := json.Marshal(row)
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

package webhook_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
)

func gzipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	check(t, err)
	check(t, w.Close())
	return out.Len()
}

// entrances are all places that take a body, with one that they accept.
func entrances() map[string]string {
	return map[string]string{
		"/webhooks/generic":                `{"title":"x"}`,
		"/webhooks/alertmanager":           `{"alerts":[]}`,
		"/api/v1/decisions/analyze":        `{"description":"x"}`,
		"/api/v1/decisions/stream-anomaly": `{"title":"x"}`,
		"/api/v1/incidents":                `{"title":"x"}`,
	}
}

func TestBodiesThatAreNoGood(t *testing.T) {
	r := start(t, nil)
	deep := strings.Repeat(`{"labels":`, 5000) + "{}" + strings.Repeat("}", 5000)
	for path := range entrances() {
		for name, c := range map[string]struct {
			body  string
			names string
		}{
			"empty":            {"", "body"},
			"blank":            {"  \n", "body"},
			"half":             {`{"title":"x"`, "body"},
			"words":            {"it burns", "body"},
			"a list of it":     {`[[[[]]]]`, ""},
			"a string":         {`"x"`, "body"},
			"two":              {`{"alerts":[],"title":"x"} {"title":"y"}`, "body"},
			"deep":             {deep, ""},
			"deep in ignored":  {`{"alerts":[],"title":"x","extra":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", ""},
			"not UTF-8 at all": {"\xff\xfe\x00\x01", "body"},
			"null":             {"null", ""},
		} {
			t.Run(path+" "+name, func(t *testing.T) {
				got := r.do("POST", path, c.body)
				if got.status != 400 && got.status != 422 {
					t.Fatalf("status = %d: %s", got.status, got.body)
				}
				got.want(t, got.status).names(t, c.names)
				if len(got.body) > 2000 {
					t.Errorf("the answer repeats %d bytes", len(got.body))
				}
			})
		}
	}
	nothingStored(t, r)
}

func TestWrongTypesAreNamed(t *testing.T) {
	r := start(t, nil).withSeeds()
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	before, _ := r.stored()
	for _, c := range []struct{ path, body, field string }{
		{"/webhooks/generic", `{"title":5}`, "title"},
		{"/webhooks/generic", `{"title":"x","labels":[1]}`, "labels"},
		{"/webhooks/generic", `{"title":"x","spike_percentage":"up"}`, "spike_percentage"},
		{"/webhooks/generic", `{"title":"x","spike_percentage":1e999}`, "spike_percentage"},
		{"/webhooks/generic", `{}`, "error_type"},
		{"/webhooks/alertmanager", `{"alerts":{}}`, "alerts"},
		{"/webhooks/alertmanager", `{"alerts":[{"status":"firing","labels":"x"}]}`, "alerts[0].labels"},
		{"/webhooks/alertmanager", `{"version":"4"}`, "alerts"},
		{"/api/v1/decisions/analyze", `{}`, "error_type"},
		{"/api/v1/decisions/analyze", `{"spike_percentage":4}`, "error_type"},
		{"/api/v1/decisions/analyze", `{"error_type":7}`, "error_type"},
		{"/api/v1/decisions/analyze", `{"error_type":"x","spike_percentage":"much"}`, "spike_percentage"},
		{"/api/v1/decisions/analyze", `{"error_type":"x","spike_percentage":1e999}`, "spike_percentage"},
		{"/api/v1/decisions/analyze", `{"error_type":"x","spike_percentage":-1e300}`, "spike_percentage"},
		{"/api/v1/decisions/analyze", `{"error_type":"x","labels":{"a":{}}}`, "labels.a"},
		{"/api/v1/decisions/analyze", `{"error_type":"x","labels":"a=b"}`, "labels"},
		{"/api/v1/decisions/stream-anomaly", `{"error_type":[]}`, "error_type"},
		{"/api/v1/decisions/stream-anomaly", `{"error_type":"x","status":"odd"}`, "status"},
		{"/api/v1/decisions/stream-anomaly", `{"error_type":"x","started_at":"odd"}`, "started_at"},
		{"/api/v1/decisions/stream-anomaly", `{"alerts":[{"title":"a"},{"title":"b"}]}`, "alerts"},
		{"/api/v1/decisions/stream-anomaly", `{"kind":"deploy","service":"x"}`, "kind"},
		{"/api/v1/decisions/stream-anomaly", `{"kind":"heartbeat","name":"x"}`, "kind"},
		{"/api/v1/decisions/stream-anomaly", `{"alerts":[]}`, "alerts"},
		{"/api/v1/incidents", `{}`, "title"},
		{"/api/v1/incidents", `{"title":"x","kind":"runbook"}`, "kind"},
		{"/api/v1/incidents", `{"title":"x","started_at":"yesterday"}`, "started_at"},
		{"/api/v1/incidents", `{"title":"x","labels":{"a":[1]}}`, "labels.a"},
		{"/api/v1/incidents/INC-2025-001/notes", `{"text":5}`, "text"},
		{"/api/v1/incidents/INC-2025-001/notes", `{}`, "text"},
		{"/api/v1/incidents/INC-2025-001/ack", `{"actor":5}`, "actor"},
		{"/api/v1/incidents/INC-2025-001/resolve", `{"reason":"bored"}`, "reason"},
		{"/api/v1/decisions/x/review", `{"verdict":"perhaps"}`, "verdict"},
		{"/api/v1/decisions/x/review", `{}`, "verdict"},
	} {
		t.Run(c.path+" "+c.body, func(t *testing.T) {
			got := r.do("POST", c.path, c.body)
			if got.status != 400 && got.status != 422 {
				t.Fatalf("status = %d: %s", got.status, got.body)
			}
			got.want(t, got.status).names(t, c.field)
		})
	}
	if after, _ := r.stored(); after != before {
		t.Errorf("%d incidents, before %d", after, before)
	}
}

func TestBodiesThatAreTooLarge(t *testing.T) {
	r := start(t, nil)
	const limit = 1 << 20
	for path, good := range entrances() {
		full := good[:len(good)-1] + `,"pad":"` + strings.Repeat("x", limit-len(good)-9) + `"}`
		if len(full) != limit {
			t.Fatalf("a body of %d bytes", len(full))
		}
		for name, body := range map[string]func(string) io.Reader{
			"stated":  func(s string) io.Reader { return strings.NewReader(s) },
			"chunked": func(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) },
		} {
			t.Run(fmt.Sprint(path, " of one byte more, ", name), func(t *testing.T) {
				before, _ := r.stored()
				got := r.send(r.request("POST", path, body(full+" ")))
				got.want(t, 413)
				if after, _ := r.stored(); after != before {
					t.Error("something was stored")
				}
			})
			t.Run(fmt.Sprint(path, " of just the limit, ", name), func(t *testing.T) {
				if got := r.send(r.request("POST", path, body(full))); got.status >= 300 {
					t.Errorf("status = %d: %.300s", got.status, got.body)
				}
			})
		}
	}
	r.do("GET", "/healthz", "").want(t, 200)
}

func TestUnknownPropertiesAndContentTypesDontMatter(t *testing.T) {
	r := start(t, nil)
	for path, good := range entrances() {
		body := good[:len(good)-1] + `,"unknown":{"a":[1,null,"x"]},"Another":1e999}`
		for _, kind := range []string{"application/json", "", "text/plain", "application/x-www-form-urlencoded", "application/cloudevents+json; charset=utf-8"} {
			if got := r.do("POST", path, body, "Content-Type: "+kind); got.status >= 300 {
				t.Errorf("%s as %q = %d: %s", path, kind, got.status, got.body)
			}
		}
	}
}

func TestTextIsCleanAtEveryEntrance(t *testing.T) {
	r := start(t, nil)
	bad := `a\u0000b` + "\xff"
	want := "a\uFFFDb\uFFFD"
	for path, field := range map[string]string{
		"/api/v1/decisions/analyze": "symptom",
		"/api/v1/incidents":         "title",
	} {
		body := `{"title":"` + bad + `","description":"` + bad + `","labels":{"` + bad + `":"` + bad + `"}}`
		if got := r.do("POST", path, body); got.status >= 300 || got.field(t, field) != want {
			t.Errorf("%s = %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/webhooks/generic", "/api/v1/decisions/stream-anomaly"} {
		r.do("POST", path, `{"title":"`+bad+`","labels":{"k":"`+bad+path+`"}}`).want(t, 202)
	}
	var got struct{ Incidents []struct{ Title string } }
	r.do("GET", "/api/v1/incidents?q=a%00b", "").want(t, 200).decode(t, &got)
	for _, i := range got.Incidents {
		if i.Title != want {
			t.Errorf("title = %q", i.Title)
		}
	}
	if len(got.Incidents) != 3 {
		t.Errorf("found %d, want 3", len(got.Incidents))
	}
}

func nothingStored(t *testing.T, r *rig) {
	t.Helper()
	if incidents, events := r.stored(); incidents != 0 || events != 0 {
		t.Errorf("%d incidents and %d events were stored", incidents, events)
	}
}

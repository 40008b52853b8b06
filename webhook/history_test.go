package webhook_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestHistoryGoesInAndOut(t *testing.T) {
	r := start(t, locked).withSeeds()
	rows := `{"kind":"incident","id":"OLD-1","title":"The frobnicator hung","resolution":"Turned it off"}` + "\n\n" +
		`{"kind":"incident"}` + "\n" + `{"kind":"runbook","title":"FrobnicatorHot","text":"## Fix\nCool it."}` + "\nnope\n"
	for _, kind := range []string{"application/x-ndjson", "text/plain", "application/json", "application/x-www-form-urlencoded"} {
		t.Run(kind, func(t *testing.T) {
			got := r.do("POST", "/api/v1/import", rows, "Content-Type: "+kind).want(t, 200)
			if got.field(t, "added").(float64)+got.field(t, "unchanged").(float64) != 2 || got.field(t, "bad_count") != 2.0 {
				t.Errorf("%s", got.body)
			}
			if bad := fmt.Sprint(got.field(t, "bad")); bad != "[map[error:title: missing; one of title, symptom and text is needed line:3] "+
				"map[error:not JSON: invalid character 'o' in literal null (expecting 'u') at byte 2 line:5]]" {
				t.Errorf("bad = %s", bad)
			}
		})
	}
	if found := r.do("GET", "/api/v1/search?q=frobnicator", "").want(t, 200); !strings.Contains(string(found.body), `"OLD-1"`) {
		t.Errorf("not found at once: %s", found.body)
	}

	out := r.do("GET", "/api/v1/export", "").want(t, 200)
	if got := out.header.Get("Content-Type"); got != "application/x-ndjson" {
		t.Errorf("content type %s", got)
	}
	text := string(out.body)
	if strings.Count(text, "\n") != 22 || strings.Count(text, `"seed":true`) != 20 || !strings.Contains(text, `"mitigation":"Cool it."`) {
		t.Errorf("export:\n%s", text)
	}
	again := r.do("POST", "/api/v1/import", text).want(t, 200)
	if again.field(t, "unchanged") != 22.0 || again.field(t, "bad_count") != 0.0 {
		t.Errorf("its own export again: %s", again.body)
	}
	other := start(t, nil)
	other.do("POST", "/api/v1/import", text).want(t, 200)
	if back := other.do("GET", "/api/v1/export", "").body; string(back) != text {
		t.Errorf("exported elsewhere:\n%s", back)
	}
}

func TestHistoryNeedsTheToken(t *testing.T) {
	r := start(t, locked)
	r.token = ""
	r.do("POST", "/api/v1/import", `{"kind":"incident","title":"x"}`).want(t, 401)
	r.do("GET", "/api/v1/export", "").want(t, 401)
}

func TestAnImportMayBeLargerThanOtherBodies(t *testing.T) {
	r := start(t, nil)
	row := `{"kind":"runbook","id":"BIG","title":"Big","text":"` + strings.Repeat("a line of it ", 200_000) + `"}` + "\n"
	if got := r.do("POST", "/api/v1/import", row).want(t, 200); got.field(t, "added") != 1.0 {
		t.Errorf("%s", got.body)
	}
	// Of unknown length, so that the limit is met while it is read.
	pad := strings.NewReader(strings.Repeat(" ", 1<<20))
	parts := make([]io.Reader, 66)
	for i := range parts {
		parts[i] = io.NewSectionReader(pad, 0, pad.Size())
	}
	req := r.request("POST", "/api/v1/import", io.MultiReader(parts...))
	r.send(req).want(t, 413).names(t, "64 MiB")
}

func TestAnImportMeetsAStoreThatIsAway(t *testing.T) {
	r := start(t, nil)
	r.away.away.Store(true)
	r.do("POST", "/api/v1/import", `{"kind":"incident","title":"x"}`).want(t, 503)
	r.do("GET", "/api/v1/export", "").want(t, 503)
	r.away.away.Store(false)
	if got := r.do("POST", "/api/v1/import", `{"kind":"incident","title":"x"}`).want(t, 200); got.field(t, "added") != 1.0 {
		t.Errorf("once it is back: %s", got.body)
	}
}

func TestOneRowMayBeWrittenAsImportTakesIt(t *testing.T) {
	r := start(t, nil)
	got := r.do("POST", "/api/v1/incidents", `{"id":"A","title":"x","spike_percentage":"450 %","started_at":1721912640,"labels":"team=shop","tried":[{"action":"restart","outcome":"failed"}]}`).want(t, 201)
	if got.field(t, "spike_percentage") != 450.0 || got.field(t, "started_at") != "2024-07-25T13:04:00Z" || got.field(t, "labels.team") != "shop" || got.field(t, "tried") == nil {
		t.Errorf("%s", got.body)
	}
}

func TestAnIDInAPathMayBeEscaped(t *testing.T) {
	r := start(t, nil)
	for id, path := range map[string]string{
		"team/PM 7": "team%2FPM%207", "PM:8+b": "PM%3A8%2Bb", "PM:9": "PM:9", "100%25": "100%2525", "é": "%C3%A9", "(a)": "(a)",
	} {
		t.Run(id, func(t *testing.T) {
			r.do("POST", "/api/v1/incidents", `{"title":"x","id":"`+id+`"}`).want(t, 201)
			if got := r.do("GET", "/api/v1/incidents/"+path, "").want(t, 200); got.field(t, "id") != id {
				t.Errorf("%s", got.body)
			}
			r.do("GET", "/api/v1/incidents/"+path+"/postmortem", "").want(t, 409).names(t, id)
			r.do("POST", "/api/v1/incidents/"+path+"/notes", `{"text":"x"}`).names(t, id)
			r.do("DELETE", "/api/v1/incidents/"+path, "").want(t, 204)
		})
	}
}

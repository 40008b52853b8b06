package webhook_test

import (
	"fmt"
	"strings"
	"testing"

	"ragoffire/engine"
)

// opened sends an alert of a service of its own and returns its incident's id.
func (r *rig) opened(t testing.TB, service string) string {
	t.Helper()
	body := anomaly(map[string]any{"service": service, "fingerprint": service, "title": service + " is slow"})
	return r.do("POST", "/api/v1/decisions/stream-anomaly", body).want(t, 202).field(t, "incident_id").(string)
}

func TestAnIncidentLeadsToThoseThatItHasToDoWith(t *testing.T) {
	r := start(t, nil)
	into, from, other := r.opened(t, "checkout"), r.opened(t, "cart"), r.opened(t, "stock")
	r.do("POST", "/api/v1/incidents/"+from+"/merge", fmt.Sprintf(`{"into":%q,"actor":"ann"}`, into)).want(t, 200)
	r.do("POST", "/api/v1/incidents/"+into+"/link", fmt.Sprintf(`{"to":%q,"actor":"ann"}`, other)).want(t, 200)
	apart := r.do("POST", "/api/v1/incidents/"+into+"/split", `{"actor":"ann"}`).want(t, 201).field(t, "id").(string)

	link := func(id string) string { return `<a href="/i/` + id + `">` + id + `</a>` }
	for id, want := range map[string][]string{
		into:  {"with the alerts of " + link(from), "related to " + link(other)},
		from:  {"merged into " + link(into), "Its alerts stand at " + into + " now", "Merged into " + into + ", which has its alerts now, says ann"},
		other: {"related to " + link(into)},
		apart: {"taken out of " + link(into)},
	} {
		page := string(r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200).body)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("the page of %s lacks %q", id, w)
			}
		}
		if offers := strings.Contains(page, "/reopen"); offers {
			t.Errorf("the page of %s offers to reopen it", id)
		}
	}
	if row := r.do("GET", "/", "", "Accept: text/html").want(t, 200).text(); !strings.Contains(row, "merged into "+into) {
		t.Errorf("the board does not say what became of %s", from)
	}
}

func TestAPageSaysHowAnIncidentEnded(t *testing.T) {
	r := start(t, nil)
	for reason, want := range map[string]string{"false_alarm": "False alarm, says ann", "recovered": "Recovered by itself, says ann"} {
		id := r.opened(t, reason)
		r.do("POST", "/api/v1/incidents/"+id+"/resolve", `{"reason":"`+reason+`","actor":"ann"}`).want(t, 200)
		r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200).says(t, "How it ended "+want)
	}
}

func TestWhoWasGivenAnIncidentHasItOnceTheyKnow(t *testing.T) {
	r := start(t, nil)
	id := r.opened(t, "checkout")
	says := func(want ...string) {
		t.Helper()
		r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200).says(t, want...)
	}
	says("1 open , 1 without owner", "nobody has it")
	if _, err := r.engine.Assign(t.Context(), id, engine.Person{Name: "ann"}, &engine.Person{Name: "bob"}); err != nil {
		t.Fatal(err)
	}
	says("owner bob, not acknowledged")
	if text := r.do("GET", "/", "", "Accept: text/html").want(t, 200).text(); strings.Contains(text, "without owner") || strings.Contains(text, "bob has it") {
		t.Errorf("the board says %s", text)
	}
	r.do("POST", "/api/v1/incidents/"+id+"/ack", `{"actor":"bob"}`).want(t, 200)
	says("bob has it")
	r.do("POST", "/api/v1/incidents/"+id+"/resolve", `{"reason":"recovered","actor":"bob"}`).want(t, 200)
	r.do("POST", "/api/v1/incidents/"+id+"/reopen", `{"actor":"ann"}`).want(t, 200)
	r.do("POST", "/api/v1/incidents/"+id+"/ack", `{"actor":"ann"}`).want(t, 200)
	says("owner bob, acknowledged by ann")
}

func TestAnAnswerThatFoundNothingIsNotFromHistory(t *testing.T) {
	r := start(t, nil)
	id := r.do("POST", "/api/v1/decisions/analyze", `{"description":"the moon is too bright"}`).want(t, 200).field(t, "id").(string)
	text := r.do("GET", "/d/"+id, "", "Accept: text/html").want(t, 200).text()
	if !strings.Contains(text, "No confident match") || strings.Contains(text, "from history") {
		t.Errorf("the page says %s", text)
	}
}

func TestAPageSaysWhereItsAlertsComeFrom(t *testing.T) {
	r := start(t, nil)
	i, err := r.engine.Declare(t.Context(), engine.Declaration{Title: "checkout is down", Actor: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	r.do("GET", "/i/"+i.ID, "", "Accept: text/html").want(t, 200).says(t, "No alert told of it: ann declared it")
	body := anomaly(map[string]any{"severity": "weird", "fingerprint": "w", "service": "cart"})
	id := r.do("POST", "/api/v1/decisions/stream-anomaly", body).want(t, 202).field(t, "incident_id").(string)
	r.do("GET", "/i/"+id, "", "Accept: text/html").want(t, 200).says(t, "severity weird")
}

func TestAPastIncidentWithoutTimesTookNone(t *testing.T) {
	r := start(t, nil)
	page := func(row string) string {
		r.do("POST", "/api/v1/incidents", row).want(t, 201)
		return r.do("GET", "/i/PM-7", "", "Accept: text/html").want(t, 200).text()
	}
	if text := page(`{"kind":"incident","id":"PM-7","title":"Narwhals ate the krill"}`); strings.Contains(text, "took") {
		t.Errorf("the page says %s", text)
	}
	if text := page(`{"kind":"incident","id":"PM-7","title":"Narwhals ate the krill","started_at":"2026-01-02 03:00","resolved_at":"2026-01-02 03:20"}`); !strings.Contains(text, "took 20 min") {
		t.Errorf("with its times it says %s", text)
	}
}

func TestWhatEndedTonightIsShownAmongAnImport(t *testing.T) {
	r := start(t, nil)
	id := r.do("POST", "/api/v1/decisions/stream-anomaly", `{"title":"Cart is slow","service":"cart"}`).want(t, 202).field(t, "incident_id").(string)
	r.do("POST", "/api/v1/incidents/"+id+"/resolve", `{"reason":"recovered","actor":"ann"}`).want(t, 200)
	var rows strings.Builder
	for n := range 150 { // without times, they count as of now
		fmt.Fprintf(&rows, `{"kind":"incident","id":"PM-%d","title":"Narwhal %d"}`+"\n", n, n)
	}
	r.do("POST", "/api/v1/import", rows.String()).want(t, 200)
	if text := r.do("GET", "/", "", "Accept: text/html").want(t, 200).text(); !strings.Contains(text, "Ended in the last 24 hours Resolved") {
		t.Errorf("the board says %s", text)
	}
}

package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestWhatIsWrittenAtASenderStandsInTheTimeline(t *testing.T) {
	r := newRig(t)
	home := r.ingest(alert("a")).Alerts[0].IncidentID
	at := r.clock.Now().Add(-time.Minute)
	remark := func(id, fingerprint, text string) engine.Remark {
		return engine.Remark{ID: id, Fingerprint: fingerprint, Actor: "Ann", Text: text, At: at}
	}
	for _, want := range []string{"1 accepted, 3 ignored", "0 accepted, 4 ignored"} { // the second time all of it is known
		got, err := r.Ingest(t.Context(), engine.Delivery{Source: "alertmanager", Remarks: []engine.Remark{
			remark("1", "a", " rolled back\x00 "+strings.Repeat("ü", 3000)), remark("1", "a", "again"), remark("2", "unknown", "x"), remark("3", "a", " "),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if s := fmt.Sprintf("%d accepted, %d ignored", got.Accepted, got.Ignored); s != want {
			t.Errorf("%s, want %s", s, want)
		}
	}
	var notes []engine.Entry
	for _, e := range r.detail(home).Timeline {
		if e.Kind == "note" {
			notes = append(notes, e)
		}
	}
	if len(notes) != 1 || notes[0].Actor != "Ann" || !notes[0].At.Equal(at) || !strings.HasPrefix(notes[0].Text, "rolled back\uFFFD ü") || len([]rune(notes[0].Text)) != 2000 {
		t.Errorf("notes %.200v", notes)
	}
}

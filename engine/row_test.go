package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestTimesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2024-07-25T13:04:05Z":          "2024-07-25T13:04:05Z",
		"2024-07-25T13:04:05.123456+02": "",
		"2024-07-25T13:04:05+02:00":     "2024-07-25T11:04:05Z",
		"2024-07-25":                    "2024-07-25T00:00:00Z",
		" 2024-07-25 13:04 ":            "2024-07-25T13:04:00Z",
		"2024-07-25 13:04:05":           "2024-07-25T13:04:05Z",
		"2024-07-25 13:04 UTC":          "2024-07-25T13:04:00Z",
		"2024-07-25 13:04 +0200":        "2024-07-25T11:04:00Z",
		"2024-07-25 13:04 XYZ":          "", // where is that?
		"July 25, 2024":                 "2024-07-25T00:00:00Z",
		"1721912640":                    "2024-07-25T13:04:00Z",
		"1721912640.5":                  "2024-07-25T13:04:00.5Z",
		"1721912640500":                 "2024-07-25T13:04:00.5Z",
		"2024-02-30":                    "",
		"2024":                          "",
		"-1721912640":                   "",
		"1e300":                         "",
		"NaN":                           "",
		"yesterday":                     "",
	} {
		got, ok := engine.ParseTime(text)
		if s := got.Format(time.RFC3339Nano); ok != (want != "") || ok && s != want {
			t.Errorf("%q is %s, %v; want %q", text, s, ok, want)
		}
	}
}

func TestABadValueIsNamed(t *testing.T) {
	for row, field := range map[string]string{
		`{"title":"x"}`:                                                          "kind",
		`{"kind":"poem","title":"x"}`:                                            "kind",
		`{"kind":["incident"],"title":"x"}`:                                      "kind",
		`{"kind":"incident"}`:                                                    "title",
		`{"kind":"runbook","title":" ","text":"\n"}`:                             "title",
		`{"kind":"incident","title":{}}`:                                         "title",
		`{"kind":"incident","title":"x","symptom":[1]}`:                          "symptom",
		`{"kind":"incident","title":"x","spike_percentage":"up"}`:                "spike_percentage",
		`{"kind":"incident","title":"x","spike_percentage":1e999}`:               "spike_percentage",
		`{"kind":"incident","title":"x","started_at":"soon"}`:                    "started_at",
		`{"kind":"incident","title":"x","resolved_at":true}`:                     "resolved_at",
		`{"kind":"incident","title":"x","labels":[1]}`:                           "labels",
		`{"kind":"incident","title":"x","labels":"team"}`:                        "labels",
		`{"kind":"incident","title":"x","labels":{"a":[1]}}`:                     "labels.a",
		`{"kind":"incident","title":"x","tried":"restart"}`:                      "tried",
		`{"kind":"incident","title":"x","tried":[1]}`:                            "tried",
		`{"kind":"incident","title":"x","reason":"bored"}`:                       "reason",
		`{"kind":"incident","title":"x","seed":"perhaps"}`:                       "seed",
		`{"kind":"runbook","title":"x","alerts":[{}]}`:                           "alerts",
		`{"kind":"runbook","title":"x","id":"` + strings.Repeat("i", 256) + `"}`: "id",
		`{"kind":"incident","title":"x"} {}`:                                     "body",
		`[]`:                                                                     "body",
		`{"kind":`:                                                               "body",
	} {
		_, err := engine.ParseRow([]byte(row), "")
		var e *engine.Error
		if !errors.As(err, &e) || e.Kind != engine.Invalid || e.Field != field || field != "body" && !strings.HasPrefix(e.Text, field) {
			t.Errorf("%.80s: %v; want it to name %s", row, err, field)
		}
	}
}

func TestARowTakesWhatPeopleWrite(t *testing.T) {
	row, err := engine.ParseRow([]byte(`{"kind":"Incident","id":7,"title":"a\u0000b","severity":"SEV1","spike_percentage":" +1,200.5 % ",
		"started_at":1721912640,"labels":{"code":500,"ok":true,"none":null},"check_first":"one\ntwo","seed":"yes",
		"tried":[{"action":"re\u0000start","outcome":"failed","more":1}],"unknown":{"deep":[1]},"symptom":null}`), "")
	if err != nil {
		t.Fatal(err)
	}
	want := `kind=incident id=7 title=a` + "\uFFFD" + `b severity=high spike=1200.5 code=500 ok=true checks=2 tried=re` + "\uFFFD" + `start seed=true`
	got := "kind=" + row.Kind + " id=" + row.ID + " title=" + row.Title + " severity=" + string(row.Severity)
	if row.Spike != nil && *row.Spike == 1200.5 {
		got += " spike=1200.5"
	}
	got += " code=" + row.Labels["code"] + " ok=" + row.Labels["ok"]
	if len(row.CheckFirst) == 2 {
		got += " checks=2"
	}
	if len(row.Tried) == 1 {
		got += " tried=" + row.Tried[0].Action
	}
	if row.Seed {
		got += " seed=true"
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if r, err := engine.ParseRow([]byte(`{"text":"x"}`), engine.KindRunbook); err != nil || r.Kind != engine.KindRunbook {
		t.Errorf("a row that does not say its kind: %+v, %v", r, err)
	}
}

func FuzzParseRow(f *testing.F) {
	f.Add([]byte(`{"kind":"incident","title":"x","labels":"a=b","tried":"[]","started_at":"2024-07-25"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := engine.ParseRow(data, engine.KindIncident); err == nil && r.Check() != nil {
			t.Errorf("a row that is none: %+v", r)
		}
	})
}

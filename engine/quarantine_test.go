package engine_test

import (
	"testing"
	"time"

	"ragoffire/engine"
)

func TestNoSecretIsKeptOfWhatCannotBeRead(t *testing.T) {
	r := newRig(t)
	raw := `{"title": 7, "Token": "s3cret \" token", "access_token":"s3cret","apiKey": "s3cret", "x-api-key": "s3cret", "labels": {"db_password" : "hunter2`
	if err := r.Quarantine(t.Context(), []engine.Quarantined{{Source: "kafka", Error: "title: must be a string", Raw: raw}}); err != nil {
		t.Fatal(err)
	}
	list, err := r.Quarantined(t.Context(), "kafka", 0)
	if want := `{"title": 7, "Token": "…", "access_token":"…","apiKey": "…", "x-api-key": "…", "labels": {"db_password" : "…"`; err != nil || len(list) != 1 || list[0].Raw != want {
		t.Errorf("%+v, %v; want %s", list, err, want)
	}
}

func TestWhatCannotBeReadIsKeptForAWeek(t *testing.T) {
	r := newRig(t)
	r.running()
	put := func(raw string) {
		t.Helper()
		if err := r.Quarantine(t.Context(), []engine.Quarantined{{Source: "x", Error: "labels: no object", Raw: raw}}); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"a":1}`)
	r.clock.Advance(6 * 24 * time.Hour)
	put(`{"a":2}`)
	put(`{"a":2}`)
	list, err := r.Quarantined(t.Context(), "x", 0)
	if err != nil || len(list) != 2 || list[0].Raw != `{"a":2}` || list[0].ID == list[1].ID {
		t.Fatalf("%+v, %v", list, err)
	}
	r.clock.Advance(25 * time.Hour)
	if err := r.store.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Enqueue(t.Context(), engine.Job{Kind: engine.JobTidy, Subject: "all"})
	}); err != nil {
		t.Fatal(err)
	}
	r.eventually("the older one is dropped", func() bool {
		list, err := r.Quarantined(t.Context(), "", 0)
		return err == nil && len(list) == 1 && list[0].Raw == `{"a":2}`
	})
}

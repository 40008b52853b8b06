package storetest

import (
	"context"
	"testing"
	"time"

	"ragoffire/engine"
)

var backlogTests = map[string]func(*testing.T, Opened){
	"is how long the job has waited that waits longest": oldestJob,
}

func oldestJob(t *testing.T, s Opened) {
	backlog := func() time.Duration {
		t.Helper()
		d, err := s.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := backlog(); d != 0 {
		t.Errorf("of an empty store: %s", d)
	}
	enqueue(t, s, engine.Job{Kind: "k", Subject: "later", At: time.Now().Add(time.Hour)})
	if d := backlog(); d != 0 {
		t.Errorf("with a job that is due in an hour: %s", d)
	}
	enqueue(t, s, engine.Job{Kind: "k", Subject: "old", At: time.Now().Add(-time.Hour)}, engine.Job{Kind: "k", Subject: "new"})
	if d := backlog(); d < 59*time.Minute || d > 61*time.Minute {
		t.Errorf("with a job that was due an hour ago: %s", d)
	}
	ran := make(chan string, 3)
	work(t, s, worker("k", func(_ context.Context, subject string) error {
		ran <- subject
		return nil
	}))
	for range 2 {
		<-ran
	}
	if d := backlog(); d > slack {
		t.Errorf("after the work: %s", d)
	}
}

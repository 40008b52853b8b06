package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/enginetest"
)

func TestJobsAreDoneAsAStoreDoesThem(t *testing.T) {
	began := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	clock := enginetest.NewClock(began)
	jobs := enginetest.NewJobs(clock, enginetest.Spoil(0))
	type run struct {
		subject string
		at      time.Duration
	}
	var ran []run
	times := map[string]int{}
	jobs.Use(engine.Worker{Kind: "job", Timeout: time.Minute, Do: func(_ context.Context, s string) error {
		ran = append(ran, run{s, clock.Now().Sub(began)})
		times[s]++
		switch n := times[s]; {
		case s == "fails" && n < 3:
			return errors.New("no")
		case s == "panics" && n == 1:
			panic("at the disco")
		case s == "waits" && n == 1:
			return &engine.Again{After: 90 * time.Second}
		case s == "asks for itself" && n == 1:
			jobs.Ask(engine.Job{Kind: "job", Subject: s, At: began.Add(time.Hour)}, engine.Job{Kind: "job", Subject: s})
		}
		return nil
	}}, engine.Worker{Kind: "sweep", Every: time.Minute, Do: func(_ context.Context, s string) error {
		ran = append(ran, run{"swept " + s, clock.Now().Sub(began)})
		return nil
	}})
	late := began.Add(10 * time.Second)
	jobs.Ask(
		engine.Job{Kind: "job", Subject: "late", At: late.Add(time.Second)}, engine.Job{Kind: "job", Subject: "late", At: late},
		engine.Job{Kind: "job", Subject: "late", At: late.Add(time.Hour)},
		engine.Job{Kind: "job", Subject: "fails"}, engine.Job{Kind: "job", Subject: "panics"}, engine.Job{Kind: "job", Subject: "waits"},
		engine.Job{Kind: "job", Subject: "asks for itself"}, engine.Job{Kind: "other", Subject: "nobody's"},
		engine.Job{Kind: "job", Subject: "tomorrow", At: began.Add(24 * time.Hour)},
	)
	jobs.Sweep()
	if err := jobs.Run(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	s := time.Second
	want := []run{
		{"fails", 0},
		{"panics", 0},
		{"waits", 0},
		{"asks for itself", 0},
		{"swept all", 0},
		{"asks for itself", 0},
		{"fails", s},
		{"panics", s},
		{"fails", 3 * s},
		{"late", 10 * s},
		{"waits", 90 * s},
	}
	if !slices.Equal(ran, want) {
		t.Errorf("ran  %v\nwant %v", ran, want)
	}
	if got := jobs.Waiting(); !slices.Equal(got, []string{"job tomorrow", "other nobody's"}) {
		t.Errorf("%v wait", got)
	}
	if got := clock.Now().Sub(began); got != 2*time.Minute {
		t.Errorf("%s have passed", got)
	}
}

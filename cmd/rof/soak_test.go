//go:build failpoints

package main

import (
	"bufio"
	"cmp"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// Two replicas work for as long as ROF_SOAK says, such as 30m, else for a minute,
// while Slack fails in every way and one of them is killed again and again. The
// other one neither grows nor gathers goroutines, and in the end nothing is missing
// or there twice.
func TestSoakUnderFaultsStaysFlatAndLosesNothing(t *testing.T) {
	lasts, err := time.ParseDuration(cmp.Or(os.Getenv("ROF_SOAK"), "1m"))
	if err != nil || lasts < time.Minute {
		t.Fatalf("ROF_SOAK must be a duration of a minute or more, not %q", os.Getenv("ROF_SOAK"))
	}
	const (
		alertEvery = 2 * time.Second
		faultEvery = 5 * time.Second
		lookEvery  = time.Second
	)
	killEvery := min(2*time.Minute, lasts/4)
	c := newChain(t, 1, chainConfig{db: "DATABASE_URL=" + pg.Database(t), stories: int(lasts/alertEvery) + 2, lasts: lasts})
	steady := c.start("")
	beside := func() {
		mortal := c.start("")
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now, c.beside = steady, mortal
	}
	beside()
	var seen []gauge
	alerts, faults, kills, looks := time.Tick(alertEvery), time.Tick(faultEvery), time.Tick(killEvery), time.Tick(lookEvery)
	for end := time.After(lasts); end != nil; {
		select {
		case <-alerts:
			s := c.newStory(false)
			// Fixes are kept for good: that is growth, and no leak.
			s.ends = "monitoring"
			s.acts = append(s.acts, "look")
			c.begin(s)
		case <-faults:
			c.slack.Inject(slackFault(c.rng))
		case <-kills:
			c.beside.kill()
			c.kills++
			beside()
		case <-looks:
			seen = append(seen, steady.gauge())
		case <-steady.done:
			t.Fatalf("rof ended by itself:\n%s", steady.log)
		case <-end:
			end = nil
		}
	}
	c.settle()
	c.check(0)
	t.Logf("%s: %d alerts, %d kills", lasts, len(c.stories), c.kills)
	// The first half is for what fills up to its bound.
	half := seen[len(seen)/2:]
	third, last := half[:len(half)/2], half[len(half)/2:]
	for _, of := range []struct {
		what string
		get  func(gauge) float64
	}{
		{"heap bytes", func(g gauge) float64 { return g.heap }},
		{"goroutines", func(g gauge) float64 { return g.goroutines }},
	} {
		first, before, after := middling(seen[:len(third)], of.get), middling(third, of.get), middling(last, of.get)
		t.Logf("%s: %.0f in the first quarter, %.0f in the third, %.0f in the last", of.what, first, before, after)
		if after > 1.1*before {
			t.Errorf("%s grew from %.0f to %.0f", of.what, before, after)
		}
	}
}

// slackFault draws a way in which a call goes wrong.
func slackFault(rng *rand.Rand) slackfake.Fault {
	f := slackfake.Fault{Method: []string{"chat.postMessage", "chat.update", "conversations.history", "conversations.replies"}[rng.IntN(4)], Times: 1 + rng.IntN(3)}
	switch rng.IntN(6) {
	case 0:
		f.Status, f.RetryAfter = http.StatusTooManyRequests, 2*time.Second
	case 1:
		f.Status = http.StatusServiceUnavailable
	case 2:
		f.DropBefore = true
	case 3:
		f.DropAfter = true
	case 4:
		f.Error = "internal_error"
	case 5:
		f.Delay = 3 * time.Second
	}
	return f
}

// gauge is how large a process is at a moment. The heap's goal follows what is
// reachable, and does not go up and down with each collection.
type gauge struct{ heap, goroutines float64 }

func (p *process) gauge() (g gauge) {
	p.t.Helper()
	resp, err := http.Get(p.url + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "go_memstats_next_gc_bytes":
			g.heap = n
		case "go_goroutines":
			g.goroutines = n
		}
	}
	return g
}

func middling(of []gauge, get func(gauge) float64) float64 {
	var list []float64
	for _, g := range of {
		list = append(list, get(g))
	}
	slices.Sort(list)
	return list[len(list)/2]
}

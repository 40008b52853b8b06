package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// solved resolves a new incident at one replica, with words of its own, and
// returns its id.
func solved(t testing.TB, p *process, word string) (id string) {
	t.Helper()
	body := fmt.Sprintf(`{"title":"the %[1]s overflows","fingerprint":%[1]q,"service":%[1]q,"environment":"prod"}`, word)
	if code := p.post("/webhooks/generic", body, nil); code != http.StatusAccepted {
		t.Fatalf("answered %d", code)
	}
	for _, i := range live(p) {
		if i.Fingerprint == word {
			id = i.ID
		}
	}
	resolution := fmt.Sprintf(`{"actor":"ada","resolution":"Drained the %s","root_cause":"a leak"}`, word)
	if code := p.post("/api/v1/incidents/"+id+"/resolve", resolution, nil); code != http.StatusOK {
		t.Fatalf("resolve of %q answered %d", id, code)
	}
	return id
}

// finds reports whether a replica's index has an incident.
func (p *process) finds(word, id string) bool {
	p.t.Helper()
	var found struct {
		Results []struct{ ID string }
	}
	p.get("/api/v1/search?k=3&kind=incident&q="+url.QueryEscape(word+" overflows"), &found)
	for _, r := range found.Results {
		if r.ID == id {
			return true
		}
	}
	return false
}

func TestEachReplicaFindsWhatAnotherResolved(t *testing.T) {
	db := "DATABASE_URL=" + pg.Database(t)
	f := newFleet(t, 3, db, "ROF_SEED=true")
	id := solved(t, f.members[0], "flumox")
	for n, p := range f.members {
		wait(t, 10*time.Second, fmt.Sprintf("replica %d to find it", n), func() bool { return p.finds("flumox", id) })
	}
	// A replica that starts later knows it from the first.
	if late := serving(t, db); !late.finds("flumox", id) {
		t.Error("a replica that starts later does not find it")
	}
}

// BenchmarkIndexOfOtherReplicas measures how long another replica does not find
// what was resolved. Budget: a second, however long the history is.
func BenchmarkIndexOfOtherReplicas(b *testing.B) {
	f := newFleet(b, 3, "DATABASE_URL="+pg.Database(b), "ROF_SEED=true")
	var rows strings.Builder
	for n := range 10_000 {
		fmt.Fprintf(&rows, "{\"kind\":\"incident\",\"id\":\"OLD-%d\",\"title\":\"Queue %d of worker %d is deep\",\"resolution\":\"Added consumers to %d\"}\n", n, n, n%97, n)
	}
	if code := f.members[0].post("/api/v1/import", rows.String(), nil); code != http.StatusOK {
		b.Fatalf("import answered %d", code)
	}
	for _, p := range f.members {
		wait(b, time.Minute, "the history", func() bool { return p.finds("Queue 9999 of worker", "OLD-9999") })
	}
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		word := fmt.Sprintf("flumox%d", n)
		id := solved(b, f.members[n%3], word)
		began := time.Now()
		for _, p := range f.members {
			wait(b, 20*time.Second, "the others to find it", func() bool { return p.finds(word, id) })
		}
		took = append(took, time.Since(began))
	}
	quantiles(b, "resolved-to-found", took)
}

// BenchmarkReplicas measures what three replicas take in beside one, in the same
// run. Budget: not less; they share the machine and the database. Each has some
// alerts before it is measured: its connections and statements are its own.
func BenchmarkReplicas(b *testing.B) {
	for _, senders := range []int{16, 48} {
		b.Run(fmt.Sprintf("%d senders", senders), func(b *testing.B) { benchReplicas(b, senders) })
	}
}

func benchReplicas(b *testing.B, senders int) {
	const bodies, first = 9000, 600
	for b.Loop() {
		var ratio, one, three, oneCPU, threeCPU []float64
		for range 3 {
			f := newFleet(b, 1, "DATABASE_URL="+pg.Database(b), "ROF_SEED=true")
			f.load(b, senders, 0, first)
			alone, used := f.load(b, senders, first, bodies)
			f.members[0].kill()
			oneCPU = append(oneCPU, used)
			f = newFleet(b, 3, "DATABASE_URL="+pg.Database(b), "ROF_SEED=true")
			f.load(b, senders, 0, first)
			together, used := f.load(b, senders, first, bodies)
			for _, p := range f.members {
				p.kill()
			}
			threeCPU = append(threeCPU, used)
			one, three, ratio = append(one, alone), append(three, together), append(ratio, together/alone)
		}
		reported(b, one, "one/s")
		reported(b, three, "three/s")
		reported(b, oneCPU, "one-cpu-s/10k")
		reported(b, threeCPU, "three-cpu-s/10k")
		if m := reported(b, ratio, "three/one"); m < 1 {
			b.Errorf("three replicas take %.2f of what one takes; promised is not less", m)
		}
	}
}

// load posts so many distinct alerts, by their numbers, to the replicas in turn, as a balancer does, and
// returns how many a second, and the seconds of processor that 10,000 would take.
func (f *fleet) load(b *testing.B, senders, from, bodies int) (rate, cpu float64) {
	b.Helper()
	used := func() float64 {
		sum := pgCPU()
		for _, p := range f.members {
			sum += p.cpu()
		}
		return sum
	}
	before := used()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range senders {
		group.Go(func() {
			for n := int(next.Add(1) - 1); n < bodies; n = int(next.Add(1) - 1) {
				to := f.members[n%len(f.members)].url
				resp, err := client.Post(to+"/webhooks/alertmanager", "application/json", bytes.NewReader(alertmanagerBody(from+n, 1)))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusAccepted {
					b.Errorf("answered %s", resp.Status)
					return
				}
			}
		})
	}
	group.Wait()
	return float64(bodies) / time.Since(began).Seconds(), (used() - before) / float64(bodies) * 10_000
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

// A storm: so many alerts of so many services, mixed, a few in each delivery.
const (
	stormAlerts   = 10_000
	stormServices = 500
	stormBody     = 20
)

// stormBodies are its deliveries, and the fingerprints in them.
func stormBodies() (bodies [][]byte, fingerprints map[string]bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	order := rng.Perm(stormAlerts)
	fingerprints = make(map[string]bool, stormAlerts)
	began := time.Now().UTC()
	for from := 0; from < stormAlerts; from += stormBody {
		var b bytes.Buffer
		b.WriteString(`{"version":"4","status":"firing","receiver":"rof","alerts":[`)
		for k, n := range order[from : from+stormBody] {
			if k > 0 {
				b.WriteByte(',')
			}
			fingerprint := fmt.Sprintf("%016x", n)
			fingerprints[fingerprint] = true
			fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"HighErrorRate","severity":"%s","service":"svc-%d","env":"prod","instance":"i-%d"},`+
				`"annotations":{"summary":"Errors on svc-%[2]d are above 5 %%","value":"12.5","threshold":"5"},"startsAt":%[4]q,"fingerprint":%[5]q}`,
				[]string{"critical", "warning", "info"}[n%3], n%stormServices, n, began.Add(time.Duration(from)*6*time.Millisecond).Format(time.RFC3339Nano), fingerprint)
		}
		b.WriteString(`]}`)
		bodies = append(bodies, b.Bytes())
	}
	return bodies, fingerprints
}

// postAlerts delivers a body until it is taken, as senders do, and returns how
// often it was told to come back.
func postAlerts(t testing.TB, client *http.Client, url string, body []byte) (again int) {
	t.Helper()
	for {
		resp, err := client.Post(url+"/webhooks/alertmanager", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return again
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusAccepted:
			return again
		case resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "":
			t.Errorf("answered %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
			return again
		}
		again++
		time.Sleep(min(50*time.Millisecond<<min(again, 6), 2*time.Second)) // as senders do, only sooner
	}
}

// held counts the incidents of a store, and how often each fingerprint stands in
// them.
func held(t testing.TB, s engine.Store) (incidents int, fingerprints map[string]int) {
	t.Helper()
	fingerprints = make(map[string]int)
	err := s.View(t.Context(), func(r engine.Reader) error {
		for after := ""; ; {
			page, next, err := r.Incidents(t.Context(), engine.IncidentFilter{}, after, 1000)
			if err != nil {
				return err
			}
			for n := range page {
				alerts, err := r.Alerts(t.Context(), page[n].ID)
				if err != nil {
					return err
				}
				for k := range alerts {
					fingerprints[alerts[k].Fingerprint]++
				}
			}
			incidents += len(page)
			if after = next; after == "" {
				return nil
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return incidents, fingerprints
}

func TestAStormOf500ServicesIsAtMost500Incidents(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		r := newReplica(t, db)
		bodies, want := stormBodies()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
		t.Cleanup(client.CloseIdleConnections)
		var next atomic.Int64
		var senders sync.WaitGroup
		for range 16 {
			senders.Go(func() {
				for n := next.Add(1) - 1; n < int64(len(bodies)); n = next.Add(1) - 1 {
					postAlerts(t, client, r.url, bodies[n])
				}
			})
		}
		senders.Wait()
		incidents, got := held(t, r.store)
		if incidents > stormServices {
			t.Errorf("%d incidents of %d services", incidents, stormServices)
		}
		whole(t, got, want)
		if a := stored(t, r)["alertmanager"]; a.Accepted != stormAlerts {
			t.Errorf("of %d alerts: %+v", stormAlerts, a)
		}
	})
}

// whole checks that each fingerprint is there, once.
func whole(t *testing.T, got map[string]int, want map[string]bool) {
	t.Helper()
	for f := range want {
		if got[f] != 1 {
			t.Errorf("%s is there %d times", f, got[f])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series of %d", len(got), len(want))
	}
}

// TestOverCapacitySendersAreToldToComeBack lets the store stand still while more
// is delivered than may wait for it.
func TestOverCapacitySendersAreToldToComeBack(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		r := newReplica(t, db)
		const senders, alerts = 45, 500 // 22,500 alerts; 20,000 may wait
		body := func(n int) []byte {
			var list []string
			for k := range alerts {
				list = append(list, fmt.Sprintf(`{"status":"firing","labels":{"alertname":"A","service":"s%d","env":"prod"},"fingerprint":"%[1]d-%d"}`, n, k))
			}
			return []byte(`{"version":"4","alerts":[` + strings.Join(list, ",") + `]}`)
		}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		t.Cleanup(client.CloseIdleConnections)
		r.store.still.Lock()
		full := make(chan struct{}) // closed when somebody was told
		var told atomic.Int64
		var group sync.WaitGroup
		for n := range senders {
			group.Go(func() {
				resp, err := client.Post(r.url+"/webhooks/alertmanager", "application/json", bytes.NewReader(body(n)))
				if err != nil {
					t.Error(err)
					return
				}
				said, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				switch {
				case resp.StatusCode == http.StatusAccepted: // it was the one under way
				case resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "":
					t.Errorf("answered %s, Retry-After %q: %s", resp.Status, resp.Header.Get("Retry-After"), said)
				case strings.Contains(string(said), "too many deliveries wait"):
					if told.Add(1) == 1 {
						close(full)
					}
				}
			})
		}
		sent := make(chan struct{})
		go func() { defer close(sent); group.Wait() }()
		select { // none of those that wait is done before
		case <-full:
		case <-sent:
			t.Error("nobody was told that too many wait")
		}
		r.store.away.Store(true) // which ends their wait at once
		r.store.still.Unlock()
		<-sent
		r.store.away.Store(false)
		postAlerts(t, client, r.url, body(senders))
		if _, got := held(t, r.store); got[fmt.Sprintf("%d-0", senders)] != 1 {
			t.Error("what comes when there is room again is not there")
		}
		t.Logf("%d of %d were told to come back", told.Load(), senders)
	})
}

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
		time.Sleep(50 * time.Millisecond) // a sender in a hurry
	}
}

// held lists the incidents of an engine with the fingerprints that stand in them.
func held(t testing.TB, e *engine.Engine) (incidents int, fingerprints map[string]int) {
	t.Helper()
	fingerprints = make(map[string]int)
	for after := ""; ; {
		page, err := e.Incidents(t.Context(), engine.IncidentFilter{}, after, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Items {
			incidents++
			d, err := e.Incident(t.Context(), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range d.Alerts {
				fingerprints[a.Fingerprint]++
			}
		}
		if after = page.Next; after == "" {
			return incidents, fingerprints
		}
	}
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
		incidents, got := held(t, r.engine)
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
		want := make(map[string]bool)
		var bodies [][]byte
		for n := range senders {
			var list []string
			for k := range alerts {
				f := fmt.Sprintf("%d-%d", n, k)
				want[f] = true
				list = append(list, fmt.Sprintf(`{"status":"firing","labels":{"alertname":"A","service":"s%d","env":"prod"},"fingerprint":%q}`, n, f))
			}
			bodies = append(bodies, []byte(`{"version":"4","alerts":[`+strings.Join(list, ",")+`]}`))
		}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		t.Cleanup(client.CloseIdleConnections)
		r.store.still.Lock()
		var told atomic.Int64
		var group sync.WaitGroup
		group.Go(func() { // until somebody was told
			defer r.store.still.Unlock()
			for deadline := time.Now().Add(20 * time.Second); told.Load() == 0 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
		})
		for _, body := range bodies {
			group.Go(func() {
				resp, err := client.Post(r.url+"/webhooks/alertmanager", "application/json", bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				said, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				switch {
				case resp.StatusCode == http.StatusAccepted:
				case resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
					if strings.Contains(string(said), "too many deliveries wait") {
						told.Add(1)
					}
					postAlerts(t, client, r.url, body)
				default:
					t.Errorf("answered %s %s", resp.Status, said)
				}
			})
		}
		group.Wait()
		if told.Load() == 0 {
			t.Error("nobody was told that too many wait")
		}
		_, got := held(t, r.engine)
		whole(t, got, want)
		t.Logf("%d of %d were told to come back", told.Load(), senders)
	})
}

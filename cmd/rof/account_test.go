package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
	"ragoffire/webhook"
)

// outageStore is a store that can be out of reach, or stand still.
type outageStore struct {
	engine.Store
	away  atomic.Bool
	still sync.RWMutex // held by who makes it so
}

func (s *outageStore) Update(ctx context.Context, fn func(engine.Tx) error) error {
	if s.away.Load() {
		return &engine.Error{Kind: engine.Unavailable, Text: "the database is out of reach"}
	}
	s.still.RLock()
	defer s.still.RUnlock()
	return s.Store.Update(ctx, fn)
}

// replica is an engine with its sidecar, on a store that others use, too.
type replica struct {
	engine *engine.Engine
	store  *outageStore
	url    string
	stop   func()
}

func newReplica(t *testing.T, db string) *replica {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	st, err := store.Open(ctx, strings.TrimPrefix(db, "DATABASE_URL="), store.Options{})
	must(t, err)
	r := &replica{store: &outageStore{Store: st}}
	quiet, err := engine.Patterns(map[string]string{"service": "quiet"})
	must(t, err)
	window := engine.Window{Match: quiet, From: time.Now(), To: time.Now().Add(time.Hour)}
	r.engine, err = engine.New(ctx, engine.Config{Store: r.store, Maintenance: []engine.Window{window}})
	must(t, err)
	srv, err := webhook.New(webhook.Config{
		Engine: r.engine, Listen: "127.0.0.1:0", Sources: map[string]webhook.SourceConfig{"shop": {Kind: "generic", Tokens: []string{"shop-token"}}},
	})
	must(t, err)
	r.url = srv.URL()
	var group sync.WaitGroup
	group.Go(func() { _ = r.engine.Run(ctx) })
	group.Go(func() { _ = srv.Run(ctx) })
	r.stop = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		must(t, st.Close())
	})
	t.Cleanup(r.stop)
	return r
}

// delivery is something to send, and what must become of it.
type delivery struct {
	path, token, body string
	status            int
	source            string
	becomes           engine.Account
}

// deliveries are what the sender of a number may send in its n-th turn.
func deliveries(sender, n int) []delivery {
	alert := func(name, service string) string {
		return fmt.Sprintf(`{"fingerprint":"%d-%s","title":"Slow","service":%q,"status":"firing","started_at":"2026-03-02T03:05:06Z"}`, sender, name, service)
	}
	fresh := alert(strconv.Itoa(n), "cart")
	two := "[" + alert(fmt.Sprint(n, "a"), "cart") + "," + alert(fmt.Sprint(n, "b"), "quiet") + "]"
	generic := func(status int, body string, becomes engine.Account) delivery {
		return delivery{path: "generic", body: body, status: status, source: "generic", becomes: becomes}
	}
	shop := func(token string, status int, body string, becomes engine.Account) delivery {
		return delivery{path: "shop", token: token, body: body, status: status, source: "shop", becomes: becomes}
	}
	large := strings.Repeat(" ", 1<<20+1)
	return []delivery{
		generic(202, fresh, engine.Account{Accepted: 1}),
		shop("shop-token", 202, fresh, engine.Account{Accepted: 1}),
		generic(202, two, engine.Account{Accepted: 1, Silenced: 1}),
		generic(202, alert("first", "cart"), engine.Account{Duplicate: 1}), // it was sent before
		generic(202, "["+fresh+`,{"title":5},`+alert("first", "cart")+"]", engine.Account{Accepted: 1, Quarantined: 1, Duplicate: 1}),
		generic(202, fmt.Sprintf(`{"kind":"change","service":"cart","ref":"%d-%d"}`, sender, n), engine.Account{Accepted: 1}),
		generic(400, "{", engine.Account{Quarantined: 1}),
		generic(413, large, engine.Account{Refused: 1}),
		shop("wrong", 401, fresh, engine.Account{Refused: 1}),
		{path: "nothing", status: 404, source: "unknown", becomes: engine.Account{Refused: 1}},
		{path: "opsgenie", body: `{"action":"AddTags","alert":{"alertId":"7","message":"x"}}`, status: 202, source: "opsgenie", becomes: engine.Account{Duplicate: 1}},
		{path: "opsgenie", body: `{"action":"AddNote","alert":{"alertId":"7","message":"x","note":"y"}}`, status: 202, source: "opsgenie", becomes: engine.Account{Duplicate: 1}},
	}
}

func (d *delivery) send(t *testing.T, url string) int {
	t.Helper()
	var body io.Reader = strings.NewReader(d.body)
	if len(d.body)%2 == 1 {
		body = struct{ io.Reader }{body} // its length is not said before
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/webhooks/"+d.path, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// TestWhatWasReceivedIsWhatBecameOfIt sends a random mix to two replicas of one
// store, from several senders at once, while its figures are read.
func TestWhatWasReceivedIsWhatBecameOfIt(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		a, b := newReplica(t, db), newReplica(t, db)
		want := struct {
			sync.Mutex
			of map[string]engine.Account
		}{of: map[string]engine.Account{}}
		expect := func(source string, is engine.Account) {
			is.Received = is.Accepted + is.Duplicate + is.Silenced + is.Quarantined + is.Refused
			want.Lock()
			defer want.Unlock()
			sum := want.of[source]
			sum.Source = source
			sum.Adds(is)
			want.of[source] = sum
		}
		var outage sync.RWMutex // held by who has the store away
		turn := func(r *replica, d delivery) {
			outage.RLock()
			defer outage.RUnlock()
			if got := d.send(t, r.url); got != d.status {
				t.Errorf("%s %.100s: %d, want %d", d.path, d.body, got, d.status)
			}
			expect(d.source, d.becomes)
		}
		turnedAway := func(r *replica, d delivery) {
			outage.Lock()
			defer outage.Unlock()
			r.store.away.Store(true)
			defer r.store.away.Store(false)
			if got := d.send(t, r.url); got != http.StatusServiceUnavailable {
				t.Errorf("%s while the store is away: %d", d.path, got)
			}
			expect(d.source, engine.Account{Refused: 1})
		}
		var senders sync.WaitGroup
		for sender := range 4 {
			senders.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(sender), 7))
				first := deliveries(sender, 0)[3]
				first.becomes = engine.Account{Accepted: 1}
				turn(a, first)
				for n := range 60 {
					r, all := []*replica{a, b}[rng.IntN(2)], deliveries(sender, n+1)
					if d := all[rng.IntN(len(all))]; rng.IntN(12) > 0 {
						turn(r, d)
					} else {
						turnedAway(r, all[0])
					}
				}
			})
		}
		sent := make(chan struct{})
		go func() { defer close(sent); senders.Wait() }()
		reads := 0
		for done := false; !done; reads++ {
			select {
			case <-sent:
				done = true
			default:
			}
			balanced(t, "the store", stored(t, a))
			balanced(t, "/metrics", scraped(t, a.url))
		}
		sum := map[string]engine.Account{}
		for _, r := range []*replica{a, b} {
			for source, is := range scraped(t, r.url) {
				was := sum[source]
				was.Source = source
				was.Adds(is)
				sum[source] = was
			}
		}
		if !reflect.DeepEqual(sum, want.of) {
			t.Errorf("/metrics have %+v\nwant %+v", sum, want.of)
		}
		a.stop()
		b.stop()
		if got := stored(t, newReplica(t, db)); !reflect.DeepEqual(got, want.of) {
			t.Errorf("after a start, the store has %+v\nwant %+v", got, want.of)
		}
		t.Logf("%+v, balanced in %d readings", want.of, reads)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func stored(t *testing.T, r *replica) map[string]engine.Account {
	t.Helper()
	list, err := r.engine.Accounts(t.Context())
	must(t, err)
	out := make(map[string]engine.Account)
	for _, a := range list {
		a.TakenAt = time.Time{}
		out[a.Source] = a
	}
	return out
}

// scraped reads a sidecar's accounts from /metrics.
func scraped(t *testing.T, url string) map[string]engine.Account {
	t.Helper()
	resp, err := http.Get(url + "/metrics")
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	line := regexp.MustCompile(`^rof_alerts(_received)?_total\{(?:result="(\w+)",)?source="([^"]+)"\} (\d+)$`)
	out := make(map[string]engine.Account)
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[4])
		a := out[m[3]]
		a.Source = m[3]
		switch m[2] {
		case "":
			a.Received = n
		case "accepted":
			a.Accepted = n
		case "duplicate":
			a.Duplicate = n
		case "silenced":
			a.Silenced = n
		case "quarantined":
			a.Quarantined = n
		case "refused":
			a.Refused = n
		default:
			t.Errorf("a result more: %s", lines.Text())
		}
		out[m[3]] = a
	}
	return out
}

func balanced(t *testing.T, where string, all map[string]engine.Account) {
	t.Helper()
	for source, a := range all {
		if a.Received != a.Accepted+a.Duplicate+a.Silenced+a.Quarantined+a.Refused {
			t.Errorf("%s: %s received %d, and of them became %+v", where, source, a.Received, a)
		}
	}
}

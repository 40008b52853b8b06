package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine/enginetest/faultproxy"
)

// absence is a way to be away, and to be back.
type absence struct {
	gone, back func(p *faultproxy.Proxy)
}

func absences() map[string]absence {
	open := func(p *faultproxy.Proxy) { p.Set(faultproxy.Way{}) }
	return map[string]absence{
		"it refuses": {func(p *faultproxy.Proxy) { p.Set(faultproxy.Way{Refuse: true}); p.Reset() }, open},
		"it is silent, and goes on": {
			func(p *faultproxy.Proxy) { p.Set(faultproxy.Way{Blackhole: true}) }, open,
		},
		"it is silent, and comes back anew": {
			func(p *faultproxy.Proxy) { p.Set(faultproxy.Way{Blackhole: true}) }, func(p *faultproxy.Proxy) { p.Reset(); open(p) },
		},
	}
}

func proxy(t *testing.T, target string) *faultproxy.Proxy {
	t.Helper()
	p, err := faultproxy.New(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// awayDB is a PostgreSQL of its own, and the way to it.
func awayDB(t *testing.T) (setting string, way *faultproxy.Proxy) {
	t.Helper()
	u, err := url.Parse(pg.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	way = proxy(t, u.Host)
	u.Host = way.Addr()
	return "DATABASE_URL=" + u.String(), way
}

// patient is how long a sender waits that expects an answer.
const patient = 20 * time.Second

// sent is what a sender of alerts knows of one.
type sent struct {
	title  string
	status int // 0: no answer
}

// send posts an alert of a service of its own, as a sender does who waits so long.
func (p *process) send(title string, patience time.Duration) sent {
	body := fmt.Sprintf(`{"title":%q,"fingerprint":%[1]q,"service":%[1]q,"error_type":"database_timeout"}`, title)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/webhooks/generic", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return sent{title: title}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		p.t.Error("503 without Retry-After")
	}
	return sent{title, resp.StatusCode}
}

// checks asks /readyz.
func (p *process) checks() (status int, states map[string]string) {
	resp, err := http.Get(p.url + "/readyz")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body struct {
		Checks map[string]struct{ State string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		p.t.Fatal(err)
	}
	states = map[string]string{}
	for name, c := range body.Checks {
		states[name] = c.State
	}
	return resp.StatusCode, states
}

func TestWithTheDatabaseAwayNothingIsTakenAndNothingLost(t *testing.T) {
	for name, o := range absences() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, way := awayDB(t)
			s := slack(t, slackfake.Config{})
			p := serving(t, slackEnv(s, database)...)
			connected(t, s)
			var all []sent
			for n := range 2 { // with the others fewer than are told together
				all = append(all, p.send(fmt.Sprintf("before-%d", n), patient))
			}
			o.gone(way)
			wait(t, 20*time.Second, "/readyz to tell", func() bool { status, _ := p.checks(); return status != http.StatusOK })
			if status, states := p.checks(); status != http.StatusServiceUnavailable || states["store"] != "failed" || states["slack"] == "failed" {
				t.Errorf("/readyz answers %d, %v; want 503 because of the store", status, states)
			}
			for n := range 2 {
				all = append(all, p.send(fmt.Sprintf("during-%d", n), 2*time.Second))
				if got := all[len(all)-1]; got.status == http.StatusAccepted {
					t.Errorf("%s is answered 202 with no database", got.title)
				}
			}
			o.back(way)
			began := time.Now()
			wait(t, time.Minute, "/readyz to be well", func() bool { status, _ := p.checks(); return status == http.StatusOK })
			ready := time.Since(began)
			wait(t, time.Minute, "an alert to be taken", func() bool {
				got := p.send("after", patient)
				if got.status == http.StatusAccepted {
					all = append(all, got)
				}
				return got.status == http.StatusAccepted
			})
			taken := time.Since(began)
			until(t, s, time.Minute, "its message", func(snap *slackfake.Snapshot) bool { return headed(snap, "after") })
			t.Logf("back: ready after %s, an alert taken after %s, in Slack after %s", ready.Round(time.Millisecond), taken.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
			p.kept(s, all)
		})
	}
}

// kept fails unless what was taken is there once, in the store and in Slack.
// What was not may be there too: a sender that hears nothing sends again.
func (p *process) kept(s *slackfake.Slack, all []sent) {
	p.t.Helper()
	found, ids := map[string]int{}, map[string]string{}
	for _, i := range live(p) {
		found[i.Title]++
		ids[i.Title] = i.ID
	}
	for _, a := range all {
		n := found[a.title]
		if n > 1 || n == 0 && a.status == http.StatusAccepted {
			p.t.Errorf("%s was answered %d and is %d times in the store", a.title, a.status, n)
		}
		if n > 0 {
			until(p.t, s, time.Minute, "the message of "+a.title, func(snap *slackfake.Snapshot) bool { return shown(snap, "incident:"+ids[a.title]) > 0 })
			until(p.t, s, time.Minute, "the alert of "+a.title, func(snap *slackfake.Snapshot) bool { return shown(snap, "alert:"+ids[a.title]) > 0 })
		}
	}
	posts := map[any]int{}
	for _, m := range s.Snapshot().BotMessages(channel) {
		if m.Metadata != nil {
			posts[m.Metadata.Payload["post"]]++
		}
	}
	for post, n := range posts {
		if n != 1 {
			p.t.Errorf("%v has %d messages", post, n)
		}
	}
}

// headed reports whether an incident of that title has its message.
func headed(p *slackfake.Snapshot, title string) bool {
	return slices.ContainsFunc(summaries(p), func(m *slackfake.Message) bool { return strings.Contains(m.Visible(), title) })
}

// shown counts the messages of a post.
func shown(p *slackfake.Snapshot, post string) (n int) {
	for _, m := range p.BotMessages(channel) {
		if m.Metadata != nil && m.Metadata.Payload["post"] == post {
			n++
		}
	}
	return n
}

func TestWithSlackAwayAlertsAreTakenAndToldLater(t *testing.T) {
	for name, o := range absences() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			way := proxy(t, ln.Addr().String())
			s := slack(t, slackfake.Config{BaseURL: "http://" + way.Addr()})
			server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
			served := make(chan error, 1)
			go func() { served <- server.Serve(ln) }()
			t.Cleanup(func() {
				_ = server.Close()
				<-served
			})
			p := serving(t, slackEnv(s, sqliteDB(t))...)
			connected(t, s)
			all := []sent{p.send("before-0", patient)}
			until(t, s, time.Minute, "the first message", func(snap *slackfake.Snapshot) bool { return headed(snap, "before-0") })
			o.gone(way)
			for n := range 3 {
				all = append(all, p.send(fmt.Sprintf("during-%d", n), patient))
				if got := all[len(all)-1]; got.status != http.StatusAccepted {
					t.Errorf("%s is answered %d because Slack is away", got.title, got.status)
				}
			}
			// Long enough for calls to fail, and for the socket to be missed.
			wait(t, time.Minute, "/readyz to tell of Slack", func() bool { _, states := p.checks(); return states["slack"] != "connected" })
			if status, states := p.checks(); status != http.StatusOK {
				t.Errorf("/readyz answers %d, %v: the store takes alerts", status, states)
			}
			o.back(way)
			began := time.Now()
			until(t, s, 2*time.Minute, "what happened meanwhile", func(snap *slackfake.Snapshot) bool { return headed(snap, "during-2") })
			t.Logf("back: told after %s", time.Since(began).Round(time.Millisecond))
			wait(t, 2*time.Minute, "/readyz to be well", func() bool { _, states := p.checks(); return states["slack"] == "connected" })
			p.kept(s, all)
			// And it hears again.
			if _, err := s.SlashCommand(t.Context(), slackfake.Command{User: "U0ALICE", Channel: channel, Command: "/incident", Text: "list"}); err != nil {
				t.Errorf("a command after it: %v", err)
			}
		})
	}
}

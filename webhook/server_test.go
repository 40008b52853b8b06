package webhook_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/webhook"
)

func TestAHandlerThatPanics(t *testing.T) {
	var log logs
	r := start(t, func(c *webhook.Config) {
		c.Log, c.Slack = log.logger(), func() webhook.SlackState { panic("secret-detail") }
	})
	got := r.do("GET", "/readyz", "").want(t, 500)
	if strings.Contains(string(got.body), "secret-detail") {
		t.Errorf("the answer tells internals: %s", got.body)
	}
	id := got.header.Get("X-Request-Id")
	if !strings.Contains(log.String(), "secret-detail") || !strings.Contains(log.String(), id) {
		t.Errorf("the log lacks the cause or the id %s: %s", id, log.String())
	}
	r.do("GET", "/healthz", "").want(t, 200)
}

func TestReadiness(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Slack = func() webhook.SlackState { return webhook.SlackState{State: "failed", Detail: "invalid_auth"} }
	})
	got := r.do("GET", "/readyz", "").want(t, 200)
	if got.field(t, "checks.slack.state") != "failed" || got.field(t, "checks.slack.detail") != "invalid_auth" || got.field(t, "status") != "ready" {
		t.Errorf("readyz = %s; Slack away is told, and alerts are taken in", got.body)
	}
}

func TestMetrics(t *testing.T) {
	r := start(t, nil)
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	r.do("POST", "/webhooks/generic", "{").want(t, 400)
	for n := range 50 {
		r.do("GET", fmt.Sprint("/nothing/", n), "")
		r.do("GET", fmt.Sprint("/api/v1/incidents/INC-", n), "")
		r.do("POST", fmt.Sprint("/webhooks/s", n), "")
		r.do(fmt.Sprint("VERB", n), "/", "")
	}
	text := string(r.do("GET", "/metrics", "").want(t, 200).body)
	for _, want := range []string{
		`rof_webhook_requests_total{code="202",source="generic"} 1`, `rof_webhook_requests_total{code="400",source="generic"} 1`,
		`rof_webhook_requests_total{code="404",source="unknown"} 50`, `rof_alerts_total{result="accepted",source="generic"} 1`,
		`rof_http_requests_total{code="404",method="GET",route="/api/v1/incidents/:id"} 50`, `rof_build_info{version="test"} 1`,
		"rof_ws_clients 0", "rof_ws_dropped_total 0", "rof_webhook_duration_seconds_count 52", "go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(text, "rof_http_requests_total{"); n > 10 {
		t.Errorf("%d series: clients make them", n)
	}
}

func TestLinksComeFromThePublicURLAlone(t *testing.T) {
	r := start(t, func(c *webhook.Config) { c.Token, c.PublicURL = secret, "https://rof.example.com" })
	for _, path := range []string{"/", "/docs", "/openapi.json", "/login", "/api/v1/incidents", "/nothing"} {
		got := r.do("GET", path, "", "Host: evil.example", "X-Forwarded-Host: evil.example", "Accept: text/html")
		if strings.Contains(string(got.body)+fmt.Sprint(got.header), "evil.example") {
			t.Errorf("%s repeats the Host header", path)
		}
	}
	if !strings.Contains(string(r.do("GET", "/", "").body), "https://rof.example.com/webhooks/alertmanager") {
		t.Error("the dashboard does not say where to post")
	}
}

func TestTheBoardIsInTheOrderOfUrgency(t *testing.T) {
	r := start(t, nil)
	year := time.Now().UTC().Format("2006")
	for n, severity := range []string{"low", "critical", "high", "critical", "medium"} {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{
			"fingerprint": id(n), "service": id(n), "severity": severity, "started_at": time.Now().Add(time.Duration(n-60) * time.Minute).Format(time.RFC3339),
		})).want(t, 202)
	}
	r.do("POST", "/api/v1/incidents/INC-"+year+"-0002/ack", `{"actor":"@oncall"}`).want(t, 200)
	r.do("POST", "/api/v1/incidents/INC-"+year+"-0003/resolve", `{"reason":"false_alarm"}`).want(t, 200)
	page := r.do("GET", "/", "").want(t, 200).body
	var order []string
	for _, m := range regexp.MustCompile(`<li id="row-INC-\d+-(\d+)"`).FindAllSubmatch(page, -1) {
		order = append(order, string(m[1]))
	}
	if want := []string{"0004", "0005", "0001", "0002", "0003"}; !slices.Equal(order, want) {
		t.Errorf("order = %v, want %v: nobody's first, the worst first, then the acknowledged, then what ended", order, want)
	}
}

func TestLinksOfAlerts(t *testing.T) {
	r := start(t, func(c *webhook.Config) { c.LinkHosts = []string{"grafana.example.com"} })
	got := r.do("POST", "/api/v1/decisions/stream-anomaly", anomaly(map[string]any{"links": []string{
		"https://grafana.example.com/d/x", "https://evil.example.com/x", "https://grafana.example.com@evil.example.com/", "https://u:p@grafana.example.com/",
		"https://grafana.example.com.evil.example.com/",
	}})).want(t, 202)
	page := string(r.do("GET", "/i/"+got.field(t, "incident_id").(string), "").want(t, 200).body)
	links := regexp.MustCompile(`href="(http[^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 1 || links[0][1] != "https://grafana.example.com/d/x" {
		t.Errorf("links = %v, want the allowed host's alone", links)
	}
	if !strings.Contains(page, "hxxps://evil[.]example[.]com/x") {
		t.Error("the other is not shown as text")
	}
}

func TestAFeedEnds(t *testing.T) {
	closes := func(t *testing.T, conn *websocket.Conn, code int) {
		t.Helper()
		check(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
		_, _, err := conn.ReadMessage()
		if e, ok := errors.AsType[*websocket.CloseError](err); !ok || e.Code != code {
			t.Errorf("err = %v, want %d", err, code)
		}
	}
	t.Run("with its session", func(t *testing.T) {
		r := start(t, func(c *webhook.Config) {
			c.Token, c.Now = secret, func() time.Time { return time.Now().Add(2*time.Second - 12*time.Hour) }
		})
		_, cookie := r.signIn(secret, "me", "")
		conn, _, err := r.follow(-1, http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}})
		check(t, err)
		defer conn.Close()
		closes(t, conn, websocket.ClosePolicyViolation)
	})
	t.Run("when the store is away, to be resumed", func(t *testing.T) {
		r := start(t, nil)
		r.away.away.Store(true)
		conn, _, err := r.follow(0, nil)
		check(t, err)
		defer conn.Close()
		closes(t, conn, websocket.CloseTryAgainLater)
		r.away.away.Store(false)
	})
}

func TestASlowClientIsCutOff(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a header may")
	}
	t.Parallel()
	r := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	check(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /webhooks/generic HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "))
	check(t, err)
	check(t, conn.SetReadDeadline(time.Now().Add(15*time.Second)))
	line, _ := bufio.NewReader(conn).ReadString('\n') // 408, or nothing
	if strings.Contains(line, " 2") {
		t.Errorf("line = %q", line)
	}
	r.do("GET", "/healthz", "").want(t, 200)
}

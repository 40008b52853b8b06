package prometheus_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/prometheus"
)

func TestTheQueryOfAnAlertsLink(t *testing.T) {
	for expr, want := range map[string]string{
		`rate(http_errors_total[5m]) > 0.05`:                               `rate(http_errors_total[5m])`,
		`sum by (service) (rate(x{code=~"5..", path!="/a>b"}[5m])) >= 1e3`: `sum by (service) (rate(x{code=~"5..", path!="/a>b"}[5m]))`,
		`0.5 < histogram_quantile(0.99, sum by (le) (rate(b[5m])))`:        `histogram_quantile(0.99, sum by (le) (rate(b[5m])))`,
		`(up == 0)`:                         `up`,
		`((a) / (b)) * 100 > 90`:            `((a) / (b)) * 100`,
		`(a) / (b)`:                         `(a) / (b)`,
		`up`:                                `up`,
		`absent(up{job="x"})`:               `absent(up{job="x"})`,
		`node_free_bytes < 5 * 1024 * 1024`: `node_free_bytes`,
		`label_replace(a, "x", "> 1", "y", "(.*)") > 2`: `label_replace(a, "x", "> 1", "y", "(.*)")`,
		`random_metric > -1`:                            `random_metric`,
		`handbook > 3`:                                  `handbook`,

		`a > b`:                  "",
		`a > 1 and b > 2`:        "",
		`a > 1 unless on(x) b`:   "",
		`a > bool 1`:             "",
		`a > 1 > 0`:              "",
		`a > on(x) group_left b`: "",
		`> 1`:                    "",
		`a >`:                    "",
		`1 > 0`:                  "",
		`(a > 1`:                 "",
		`a) > (1`:                "",
		`a{x="} > 1`:             "",
		``:                       "",
		`a > 1 # because`:        "",
	} {
		got, ok := prometheus.Query("http://evil.example.com/graph?g0.tab=1&g0.expr=" + url.QueryEscape(expr))
		if got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", expr, got, ok, want)
		}
	}
	for _, link := range []string{"", "http://prometheus/graph", "http://[", "http://p/graph?g0.expr=" + strings.Repeat("a", 10<<10)} {
		if got, ok := prometheus.Query(link); ok {
			t.Errorf("%.40q: got %q", link, got)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add(`sum(rate(x{a=~"b"}[5m])) > 1`)
	f.Add("((a)) <= `b`")
	f.Fuzz(func(t *testing.T, expr string) {
		got, ok := prometheus.Query("http://p/graph?g0.expr=" + url.QueryEscape(expr))
		if ok && (got == "" || !strings.Contains(expr, got)) {
			t.Errorf("%q became %q", expr, got)
		}
	})
}

// served is a client of a server that answers so.
func served(t *testing.T, cfg prometheus.Config, answer http.HandlerFunc) *prometheus.Client {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	cfg.URL = srv.URL + cfg.URL
	c, err := prometheus.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARangeIsAskedForAndRead(t *testing.T) {
	from := time.Date(2026, 11, 23, 2, 0, 0, 500e6, time.UTC)
	c := served(t, prometheus.Config{URL: "/prom", Token: "secret-token"}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/prom/api/v1/query_range" || r.Header.Get("Authorization") != "Bearer secret-token" {
			t.Errorf("%s with %s", r.URL, r.Header.Get("Authorization"))
		}
		for k, want := range map[string]string{"query": `up{a="b&c"}`, "start": "1763863200.500", "end": "1763866800.500", "step": "15", "timeout": "5s"} {
			got := r.FormValue(k)
			if k == "start" || k == "end" {
				want = fmt.Sprintf("%d.500", from.Unix())
				if k == "end" {
					want = fmt.Sprintf("%d.500", from.Add(time.Hour).Unix())
				}
			}
			if got != want {
				t.Errorf("%s is %q, want %q", k, got, want)
			}
		}
		fmt.Fprint(w, `{"status":"success","data":{"resultType":"matrix","result":[
			{"metric":{"__name__":"up","job":"x"},"values":[[1763863200.5,"0.25"],[1763863215.5,"NaN"],[1763863230.5,"+Inf"],[1763863245.5,"1e3"]]},
			{"metric":{},"values":[]}]}}`)
	})
	got, err := c.Range(t.Context(), `up{a="b&c"}`, from, from.Add(time.Hour), 15*time.Second)
	if err != nil || len(got) != 2 || got[0].Labels["job"] != "x" {
		t.Fatalf("%+v, %v", got, err)
	}
	want := []engine.Sample{{At: time.UnixMilli(1763863200500).UTC(), Value: 0.25}, {At: time.UnixMilli(1763863245500).UTC(), Value: 1000}}
	if s := got[0].Samples; len(s) != 2 || s[0] != want[0] || s[1] != want[1] {
		t.Errorf("samples: %v", s)
	}
}

func TestWhatPrometheusMayNotDoToUs(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		invalid bool // asking again is of no use
	}{
		"a redirect elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, false},
		"a refused query": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"status":"error","error":"parse error"}`)
		}, true},
		"an endless body": {func(w http.ResponseWriter, _ *http.Request) {
			for range 200 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, true},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, false},
		"a vector": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
		}, false},
		"an odd sample": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[["x","1"]]}]}}`)
		}, false},
		"trouble": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, false},
		"silence": {func(_ http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // only then is the end of the connection noticed
			<-r.Context().Done()
		}, false},
	} {
		client := served(t, prometheus.Config{Timeout: 200 * time.Millisecond}, c.answer)
		got, err := client.Range(t.Context(), "up", time.Now().Add(-time.Hour), time.Now(), time.Minute)
		if err == nil || (engine.KindOf(err) == engine.Invalid) != c.invalid {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if followed {
		t.Error("the redirect was followed")
	}
	for _, address := range []string{"", "prometheus:9090", "ftp://p", "file:///etc/passwd"} {
		if _, err := prometheus.New(prometheus.Config{URL: address}); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}

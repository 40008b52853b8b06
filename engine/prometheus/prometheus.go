// Package prometheus asks one Prometheus, and what speaks its API, for numbers.
// It calls the configured address and no other, whatever an alert's links say.
package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine"
)

// What a query may take of us.
const (
	MaxTimeout = 5 * time.Second
	maxBody    = 4 << 20
	maxQuery   = 8 << 10
)

// Config is what a Client is made of. URL is required.
type Config struct {
	URL            string // with the path before /api/v1, where there is one
	Token          string // a bearer token
	User, Password string // else basic authentication
	Timeout        time.Duration
}

// Client asks one Prometheus.
type Client struct {
	cfg  Config
	base *url.URL
	http *http.Client
}

// New returns a client; it connects to nothing yet.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("must be an address such as http://prometheus:9090")
	}
	if cfg.Timeout <= 0 || cfg.Timeout > MaxTimeout {
		cfg.Timeout = MaxTimeout
	}
	return &Client{cfg: cfg, base: base, http: &http.Client{
		Timeout: cfg.Timeout,
		// Another host is not the one that was configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Range returns what a query gives between two moments. A query that Prometheus
// refuses is an error of kind Invalid; any other one may go away.
func (c *Client) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]engine.Series, error) {
	if len(query) > maxQuery {
		return nil, engine.Invalidf("query", "the query has %d bytes; at most %d are asked", len(query), maxQuery)
	}
	form := url.Values{
		"query": {query}, "start": {seconds(from)}, "end": {seconds(to)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)}, "timeout": {c.cfg.Timeout.String()},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("api/v1/query_range").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	switch {
	case c.cfg.Token != "":
		req.Header.Set("Authorization", "Bearer "+c.cfg.Token)
	case c.cfg.User != "":
		req.SetBasicAuth(c.cfg.User, c.cfg.Password)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	if len(body) > maxBody {
		return nil, engine.Invalidf("query", "the query gives more than %d bytes", maxBody)
	}
	return parse(resp.StatusCode, body)
}

func seconds(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

// answer is what the API answers.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		ResultType string `json:"resultType"`
		Result     []struct {
			Metric map[string]string    `json:"metric"`
			Values [][2]json.RawMessage `json:"values"`
		} `json:"result"`
	} `json:"data"`
}

// parse reads an answer. Samples that are no number are left out: they are what
// a division by nothing gives.
func parse(status int, body []byte) ([]engine.Series, error) {
	var a answer
	err := json.Unmarshal(body, &a)
	switch {
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return nil, engine.Invalidf("query", "prometheus refuses the query: %.200s", engine.Clean(a.Error))
	case status != http.StatusOK:
		return nil, fmt.Errorf("prometheus answers %d", status)
	case err != nil:
		return nil, fmt.Errorf("prometheus: %w", err)
	case a.Status != "success" || a.Data.ResultType != "matrix":
		return nil, fmt.Errorf("prometheus answers %.40q of type %.40q", a.Status, a.Data.ResultType)
	}
	out := make([]engine.Series, 0, len(a.Data.Result))
	for _, r := range a.Data.Result {
		s := engine.Series{Labels: maps.Clone(r.Metric)}
		for _, v := range r.Values {
			var at float64
			var text string
			if json.Unmarshal(v[0], &at) != nil || json.Unmarshal(v[1], &text) != nil || at < 0 || at > 1e11 {
				return nil, errors.New("prometheus: a sample is not [time, \"value\"]")
			}
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
				continue
			}
			s.Samples = append(s.Samples, engine.Sample{At: time.UnixMilli(int64(math.Round(at * 1000))).UTC(), Value: n})
		}
		out = append(out, s)
	}
	return out, nil
}

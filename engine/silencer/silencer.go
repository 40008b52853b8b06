// Package silencer makes and ends silences in a Prometheus Alertmanager, by
// version 2 of its API.
package silencer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ragoffire/engine"
)

// within bounds one call: somebody has just clicked and waits for the answer.
const within = 5 * time.Second

// Config names an Alertmanager.
type Config struct {
	URL   string // its root, with the path prefix where it has one
	Token string // sent as a bearer token; may be empty
}

// Client talks to one Alertmanager.
type Client struct {
	root, token string
	http        *http.Client
}

// New checks the address. It makes no call.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("must be an address such as http://alertmanager:9093")
	}
	return &Client{
		root: strings.TrimRight(cfg.URL, "/"), token: cfg.Token,
		http: &http.Client{Timeout: within, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// silence is a silence as the API has it.
type silence struct {
	ID        string    `json:"id,omitempty"`
	Matchers  []matcher `json:"matchers"`
	StartsAt  time.Time `json:"startsAt"`
	EndsAt    time.Time `json:"endsAt"`
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
	Status    *struct {
		State string `json:"state"`
	} `json:"status,omitempty"`
}

type matcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual bool   `json:"isEqual"`
}

// Make makes a silence and returns its id. One with the same comment, which names
// our own id, was made by an earlier try whose answer was lost.
func (c *Client) Make(ctx context.Context, s engine.Silence, comment string) (string, error) {
	if have, err := c.made(ctx, comment); err != nil || len(have) > 0 {
		return cmp.Or(have...), err
	}
	want := silence{StartsAt: s.Until.Add(-s.For).UTC(), EndsAt: s.Until.UTC(), CreatedBy: s.By, Comment: comment}
	for _, m := range s.Match {
		want.Matchers = append(want.Matchers, matcher{Name: m.Name, Value: m.Value, IsRegex: m.Regex, IsEqual: true})
	}
	var made struct {
		ID string `json:"silenceID"`
	}
	if err := c.call(ctx, http.MethodPost, "/api/v2/silences", want, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", errors.New("the alertmanager names no silence")
	}
	return made.ID, nil
}

// made are the ids of the silences with a comment that have not ended.
func (c *Client) made(ctx context.Context, comment string) (ids []string, err error) {
	var all []silence
	if err := c.call(ctx, http.MethodGet, "/api/v2/silences", nil, &all); err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Comment == comment && (s.Status == nil || s.Status.State != "expired") {
			ids = append(ids, s.ID)
		}
	}
	return ids, nil
}

// End ends a silence, and all others with its comment.
func (c *Client) End(ctx context.Context, id, comment string) error {
	if err := c.end(ctx, id); err != nil {
		return err
	}
	left, err := c.made(ctx, comment)
	if err != nil {
		return err
	}
	for _, id := range left {
		if err := c.end(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// end ends one. One that is unknown or over needs no end.
func (c *Client) end(ctx context.Context, id string) error {
	err := c.call(ctx, http.MethodDelete, "/api/v2/silence/"+url.PathEscape(id), nil, nil)
	if e, ok := errors.AsType[*statusError](err); ok {
		switch {
		case e.code == http.StatusNotFound, strings.Contains(e.said, "already expired"):
			return nil
		}
	}
	return err
}

// statusError is an answer other than 2xx.
type statusError struct {
	code int
	said string
}

func (e *statusError) Error() string {
	return strings.TrimRight(fmt.Sprintf("the alertmanager answers %d: %s", e.code, e.said), ": ")
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("silence: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.root+path, body)
	if err != nil {
		return errors.New("the alertmanager's address cannot be used")
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the address may hold a password
		}
		return fmt.Errorf("the alertmanager: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("the alertmanager: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		said := strings.Trim(strings.TrimSpace(string(answer)), `"`)
		return &statusError{resp.StatusCode, said[:min(len(said), 200)]}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the alertmanager's answer: %w", err)
	}
	return nil
}

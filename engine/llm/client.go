package llm

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sashabaranov/go-openai"
)

// Config names an endpoint.
type Config struct {
	Key     string // may be empty for an endpoint of one's own
	BaseURL string // the library's default where empty
	Model   string
}

// newClient returns a client that waits at most timeout for a whole answer of
// at most limit bytes. It follows no redirect: what was meant for one endpoint
// is not for another.
func newClient(cfg Config, timeout time.Duration, limit int64) *openai.Client {
	c := openai.DefaultConfig(cfg.Key)
	if cfg.BaseURL != "" {
		c.BaseURL = cfg.BaseURL
	}
	c.HTTPClient = &http.Client{
		Timeout: timeout, Transport: bounded{limit},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return openai.NewClientWithConfig(c)
}

// bounded cuts answers that are too long; what is left of one is no JSON.
type bounded struct{ limit int64 }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, b.limit), resp.Body}
	}
	return resp, err
}

// status returns the HTTP status that an error of the library stands for, 0 for
// none.
func status(err error) int {
	if e, ok := errors.AsType[*openai.APIError](err); ok {
		return e.HTTPStatusCode
	}
	if e, ok := errors.AsType[*openai.RequestError](err); ok {
		return e.HTTPStatusCode
	}
	return 0
}

// plainError is an endpoint's error without its body, which may be anything, and with
// what to do about it.
func plainError(err error) error {
	code := status(err)
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("the endpoint answers %d; check OPENAI_API_KEY", code)
	case code == http.StatusNotFound:
		return errors.New("the endpoint answers 404; check OPENAI_BASE_URL and the model's name")
	case code > 0:
		return fmt.Errorf("the endpoint answers %d %s", code, http.StatusText(code))
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return errors.New("the endpoint has not answered in time")
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return errors.New(Redact(err.Error()))
	}
	return errors.New("what the endpoint answers is not the JSON of its API, or is cut off")
}

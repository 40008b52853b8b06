package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// verifier decides whether a delivery is its source's own. body gives the body
// as it was sent, however often it is asked for; a verifier that needs none
// leaves it unread. The error is a *distrust, or what kept the verifier from
// finding out.
type verifier interface {
	verify(r *http.Request, body func() ([]byte, error)) error
}

// distrust says why a delivery is not taken in, and what to do about it. The
// sender is told neither.
type distrust struct {
	status int
	reason string
	fix    string
}

func (d *distrust) Error() string { return d.reason }

func unproven(reason, fix string) error {
	return &distrust{status: http.StatusUnauthorized, reason: reason, fix: fix}
}

// around is what verifiers need of the server that they stand in.
type around struct {
	local bool // only this machine can reach it
	now   func() time.Time
	http  *http.Client
}

// CheckSource says what is wrong with how a source is to be trusted.
func CheckSource(name string, c SourceConfig) error {
	_, err := newVerifier(name, c, around{})
	return err
}

// newVerifier makes the one verifier of a source. A source has one way to be
// trusted: of two, the weaker one would count.
func newVerifier(name string, c SourceConfig, a around) (verifier, error) {
	switch {
	case slices.Contains(c.Tokens, ""):
		return nil, errors.New("a token is empty")
	case c.Kind == "cloudwatch" && (len(c.Tokens) > 0 || c.HMAC != nil):
		return nil, errors.New("what SNS delivers is signed by Amazon; set topics in place of a secret")
	case c.Kind == "cloudwatch":
		for _, topic := range c.Topics {
			if !topicName().MatchString(topic) {
				return nil, fmt.Errorf("topic %q is not an ARN such as arn:aws:sns:eu-west-1:123456789012:alarms", topic)
			}
		}
		return &snsVerifier{name: name, topics: c.Topics, now: a.now, certificates: newCertificates(a.http, a.now)}, nil
	case len(c.Topics) > 0 || c.Confirm:
		return nil, errors.New("topics and confirm are for sources of kind cloudwatch")
	case c.HMAC != nil && len(c.Tokens) > 0:
		return nil, errors.New("set token or hmac, not both: the weaker one would count")
	case c.HMAC != nil:
		return newHMAC(name, c.Kind, *c.HMAC, a.now)
	case len(c.Tokens) > 0 && signsOnly(c.Kind):
		return nil, fmt.Errorf("%s sends no token but signs; set hmac: {secret: …} in its place", c.Kind)
	case len(c.Tokens) > 0:
		v := tokenVerifier{name: name, tokens: c.Tokens, header: c.Header}
		if v.header == "" {
			v.header = tokenHeader(c.Kind)
		}
		if c.Kind == "pagerduty-events" {
			v.key = "routing_key"
		}
		return v, nil
	}
	return openVerifier{name: name, kind: c.Kind, local: a.local}, nil
}

// openVerifier is that of a source without a secret, which is open to this
// machine only.
type openVerifier struct {
	name, kind string
	local      bool
}

func (v openVerifier) verify(*http.Request, func() ([]byte, error)) error {
	if v.local {
		return nil
	}
	what := ".token"
	if signsOnly(v.kind) {
		what = ".hmac.secret"
	}
	return unproven("no secret set", "set sources."+v.name+what+" in the config, and the same in the sender")
}

// signsOnly reports whether a kind of sender can only sign what it sends.
func signsOnly(kind string) bool { return kind == "github" || kind == "sentry" }

// tokenHeader is where a kind of sender shows its token, beside the usual places.
func tokenHeader(kind string) string {
	switch kind {
	case "gitlab":
		return "X-Gitlab-Token"
	case "honeycomb":
		return "X-Honeycomb-Webhook-Token"
	}
	return ""
}

package slackfake

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reply is the JSON that a method answers, without its "ok".
type reply map[string]any

// apiError is Slack's way to say no: HTTP 200 with "ok": false.
type apiError struct {
	Code     string
	Problems []Problem
	Fields   reply
	Wait     time.Duration // rate limited: HTTP 429
}

func (e apiError) Error() string { return e.Code }

func invalid(code string, problems []Problem) error {
	return apiError{Code: code, Problems: problems}
}

// request is a Web API call on its way through the pipeline.
type request struct {
	*http.Request
	args  args
	token string
	// origin is the scheme, host and path prefix that the client used. URLs
	// that it will send its token to must match it to the letter.
	origin string
	call   Call
	after  []func() // runs once the call has been answered
}

// method is one Web API method.
type method struct {
	scopes []string // any of them will do; none: no scope needed
	app    bool     // takes the app-level token, not the bot's
	open   bool     // takes no token at all
	tier   int      // documented calls a minute; 0: no tier
	do     func(s *Slack, r *request) (reply, error)
}

// ServeHTTP answers everything that Slack answers over HTTP: the Web API,
// Socket Mode's URLs, webhooks, response URLs and files.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		http.Error(w, "slack is closed", http.StatusServiceUnavailable)
		return
	}
	defer s.life.wg.Done()
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/api/"):
		s.serveAPI(w, r, strings.TrimPrefix(path, "/api/"))
	case strings.HasPrefix(path, "/link/"):
		s.serveLink(w, r)
	case strings.HasPrefix(path, "/services/"):
		s.serveWebhook(w, r)
	case strings.HasPrefix(path, "/actions/"), strings.HasPrefix(path, "/commands/"):
		s.serveResponseURL(w, r)
	case strings.HasPrefix(path, "/upload/"):
		s.serveUpload(w, r)
	case strings.HasPrefix(path, "/files-pri/"):
		s.serveFile(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Slack) serveAPI(w http.ResponseWriter, hr *http.Request, name string) {
	a, token, err := parse(hr)
	r := &request{Request: hr, args: a, token: token, origin: s.origin(hr), call: s.begin(name, a)}
	var body reply
	s.run(w, r, func() error {
		if err == nil {
			body, err = s.perform(name, r)
		}
		return err
	}, func(err error) { s.answer(w, r, body, err) })
}

// perform checks who calls and how often, and does it.
func (s *Slack) perform(name string, r *request) (reply, error) {
	m, ok := s.methods[name]
	if !ok {
		return nil, apiError{Code: "unknown_method", Fields: reply{"req_method": name}}
	}
	if err := s.authenticate(m, r.token); err != nil {
		return nil, err
	}
	if err := s.permit(m.scopes); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := s.throttleMethod(name, m.tier); wait > 0 {
		return nil, apiError{Code: "ratelimited", Wait: wait}
	}
	body, err := m.do(s, r)
	s.touch()
	return body, err
}

func (s *Slack) authenticate(m method, token string) error {
	want, other := s.cfg.App.BotToken, s.cfg.App.AppToken
	if m.app {
		want, other = other, want
	}
	switch token {
	case want:
		return nil
	case "":
		if m.open {
			return nil
		}
		return apiError{Code: "not_authed"}
	case other:
		if m.open {
			return nil
		}
		return apiError{Code: "not_allowed_token_type"}
	}
	return apiError{Code: "invalid_auth"}
}

// permit asks for one of these scopes.
func (s *Slack) permit(anyOf []string) error {
	if len(anyOf) == 0 || slices.ContainsFunc(anyOf, s.granted) {
		return nil
	}
	return apiError{Code: "missing_scope", Fields: reply{
		"needed": strings.Join(anyOf, ","), "provided": strings.Join(s.cfg.Manifest.Scopes, ","),
	}}
}

func (s *Slack) granted(scope string) bool {
	return slices.Contains(s.cfg.Manifest.Scopes, scope)
}

// answer writes what a method returned.
func (s *Slack) answer(w http.ResponseWriter, r *request, body reply, err error) {
	status := http.StatusOK
	out := reply{"ok": err == nil}
	maps.Copy(out, body)
	if e, ok := errors.AsType[apiError](err); ok {
		r.call.Error = e.Code
		out["error"] = e.Code
		maps.Copy(out, e.Fields)
		if len(e.Problems) > 0 {
			var plain, messages []string
			for _, p := range e.Problems {
				plain = append(plain, p.String())
				messages = append(messages, "[ERROR] "+p.String())
			}
			out["errors"] = plain
			out["response_metadata"] = reply{"messages": messages}
		}
		if e.Wait > 0 {
			status = http.StatusTooManyRequests
			r.call.RetryAfter = e.Wait
			w.Header().Set("Retry-After", seconds(e.Wait))
		}
	} else if err != nil {
		s.log.Error("a method broke", "method", r.call.Method, "err", err)
		r.call.Error, out["error"] = "internal_error", "internal_error"
	}
	w.Header().Set("X-Slack-Req-Id", strconv.Itoa(r.call.Seq))
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.cfg.Manifest.Scopes, ","))
	if m := s.methods[r.call.Method]; len(m.scopes) > 0 {
		w.Header().Set("X-Accepted-OAuth-Scopes", strings.Join(m.scopes, ","))
	}
	s.finish(&r.call, status)
	writeJSON(w, status, out)
}

// seconds is a Retry-After header: whole seconds, never too few.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(d.Seconds())))
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// origin is how this client reached this Slack.
func (s *Slack) origin(r *http.Request) string {
	return s.base.Scheme + "://" + r.Host + s.base.Path
}

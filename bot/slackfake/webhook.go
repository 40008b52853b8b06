package slackfake

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// WebhookURL is an incoming webhook that posts into one channel.
func (s *Slack) WebhookURL(channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, ch := range s.st.grants.webhooks {
		if ch == channel {
			return s.base.String() + path
		}
	}
	path := fmt.Sprintf("/services/%s/%s/%s", teamID, s.st.ids.id("B"), "X"+s.st.ids.hex(12))
	s.st.grants.webhooks[path] = channel
	return s.base.String() + path
}

// serveWebhook takes a post to an incoming webhook: text/plain answers, and
// HTTP statuses for errors.
func (s *Slack) serveWebhook(w http.ResponseWriter, hr *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, hr.Body, maxBody))
	if err != nil {
		http.Error(w, "too_large", http.StatusRequestEntityTooLarge)
		return
	}
	a, argErr := webhookArgs(hr, raw)
	r := &request{Request: hr, args: a, call: s.begin("webhook", a)}
	s.mu.Lock()
	r.call.Channel = s.st.grants.webhooks[hr.URL.Path]
	s.mu.Unlock()
	s.run(w, r, func() error {
		if argErr != nil {
			return argErr
		}
		return s.hook(r)
	}, func(err error) { s.answerWebhook(w, r, err) })
}

func (s *Slack) answerWebhook(w http.ResponseWriter, r *request, err error) {
	status, text := webhookStatus(err)
	if err != nil {
		r.call.Error = text
	}
	if e, ok := errors.AsType[apiError](err); ok && e.Wait > 0 {
		r.call.RetryAfter = e.Wait
		w.Header().Set("Retry-After", seconds(e.Wait))
	}
	s.finish(&r.call, status)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// webhookArgs reads a JSON body, or the older form field "payload".
func webhookArgs(r *http.Request, raw []byte) (args, error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(raw)); err == nil && form.Get("payload") != "" {
			raw = []byte(form.Get("payload"))
		}
	}
	a, err := decodeArgs(raw)
	if err != nil || len(a) == 0 {
		return a, apiError{Code: "invalid_payload"}
	}
	return a, nil
}

func (s *Slack) hook(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.st.grants.webhooks[r.URL.Path]
	if !ok {
		return apiError{Code: "no_service"}
	}
	ch := s.st.work.channels[id]
	switch {
	case ch == nil:
		return apiError{Code: "channel_not_found"}
	case ch.Archived:
		return apiError{Code: "channel_is_archived"}
	}
	thread, err := ch.root(r.args["thread_ts"])
	if err != nil {
		return err
	}
	c, err := parseContent(r.args)
	if err != nil {
		return err
	}
	if c.empty() {
		return apiError{Code: "no_text"}
	}
	if wait := s.throttlePost(ch.ID); wait > 0 {
		return apiError{Code: "rate_limited", Wait: wait}
	}
	m := s.post(ch, c, Message{
		ThreadTS: thread, Via: "webhook", Subtype: "bot_message",
		UnfurlLinks: r.args.yes("unfurl_links"), UnfurlMedia: !r.args.no("unfurl_media"),
	})
	r.call.TS = m.TS
	s.touch()
	return nil
}

// webhookStatus is docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
func webhookStatus(err error) (status int, text string) {
	if err == nil {
		return http.StatusOK, "ok"
	}
	switch text = err.Error(); text {
	case "rate_limited":
		return http.StatusTooManyRequests, text
	case "no_service", "channel_not_found":
		return http.StatusNotFound, text
	case "channel_is_archived":
		return http.StatusGone, text
	}
	return http.StatusBadRequest, text
}

package slackfake

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// serveResponseURL takes the app's answer to an interaction.
func (s *Slack) serveResponseURL(w http.ResponseWriter, hr *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, hr.Body, maxBody))
	if err != nil {
		http.Error(w, "too_large", http.StatusRequestEntityTooLarge)
		return
	}
	a, argErr := decodeArgs(raw)
	r := &request{Request: hr, args: a, origin: s.origin(hr), call: s.begin("response_url", a)}
	s.mu.Lock()
	if g := s.st.grants.responseURLs[hr.URL.Path]; g != nil {
		r.call.Channel, r.call.TS = g.channel, g.ts
	}
	s.mu.Unlock()
	s.run(w, r, func() error {
		if argErr != nil {
			return argErr
		}
		return s.respond(r)
	}, func(err error) { s.answerResponse(w, r, err) })
}

// answerResponse writes plain "ok" for a command and JSON for the rest, as
// Slack does. Errors come with an HTTP status here, unlike in the Web API.
func (s *Slack) answerResponse(w http.ResponseWriter, r *request, err error) {
	if err != nil {
		status := http.StatusBadRequest
		r.call.Error = err.Error()
		switch r.call.Error {
		case "expired_url", "used_url":
			status = http.StatusNotFound
		case "no_text":
			status = http.StatusInternalServerError
		}
		s.finish(&r.call, status)
		writeJSON(w, status, reply{"ok": false, "error": err.Error()})
		return
	}
	s.finish(&r.call, http.StatusOK)
	if g := s.responseURL(r.URL.Path); g != nil && g.command {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "ok")
		return
	}
	writeJSON(w, http.StatusOK, reply{"ok": true})
}

func (s *Slack) responseURL(path string) *responseURL {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.st.grants.responseURLs[path]
}

// respond does what the app asks for through a response_url.
func (s *Slack) respond(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.st.grants.responseURLs[r.URL.Path]
	switch {
	case g == nil || s.cfg.Now().After(g.expires):
		return apiError{Code: "expired_url"}
	case g.uses >= maxUses:
		return apiError{Code: "used_url"}
	}
	delete(r.args, "metadata") // slack-go always sends an empty one here
	rep, err := s.reply(g, r.args, "response_url")
	if err != nil {
		return err
	}
	g.uses++
	rep.Use, rep.URL = g.uses, g.url
	s.st.record.replies.add(rep)
	s.touch()
	return nil
}

// reply applies an app's answer: replace or delete the original, post into the
// channel, or show it to the person alone.
func (s *Slack) reply(g *responseURL, a args, via string) (*Reply, error) {
	rep := &Reply{User: g.user, Channel: g.channel, At: s.cfg.Now(), Type: a["response_type"]}
	ch := s.st.work.channels[g.channel]
	if a.yes("delete_original") {
		rep.Deleted, rep.TS = true, g.ts
		return rep, s.changeOriginal(g, ch, func(m *Message) { m.Deleted = s.cfg.Now() })
	}
	c, err := parseContent(a)
	if err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, apiError{Code: "no_text"}
	}
	rep.Text, rep.Blocks = c.text, c.blocks
	if a.yes("replace_original") && g.ts != "" {
		full := c
		s.st.ids.complete(&full)
		full.gaveBlocks = true // a replacement replaces everything
		rep.Replaced, rep.TS = true, g.ts
		err := s.changeOriginal(g, ch, func(m *Message) { s.rewrite(m, full, full, via) })
		s.st.note(&full, Place{Via: via, Channel: g.channel, TS: g.ts}, true)
		return rep, err
	}
	thread, err := ch.root(a["thread_ts"])
	if err != nil {
		return nil, err
	}
	if rep.Type == "in_channel" {
		rep.TS = s.post(ch, c, Message{ThreadTS: thread, Via: via, UnfurlMedia: true}).TS
		return rep, nil
	}
	rep.Type = "ephemeral"
	rep.TS = s.postFor(g.user, ch, c, Message{ThreadTS: thread, Via: via}).TS
	return rep, nil
}

// changeOriginal changes the message that an interaction came from.
func (s *Slack) changeOriginal(g *responseURL, ch *channel, f func(m *Message)) error {
	if g.ts == "" {
		return nil // a command has no original; Slack ignores it
	}
	if g.ephemeral {
		m, n := s.st.record.ephemeral(g.user, g.channel, g.ts)
		if m == nil {
			return apiError{Code: "message_not_found"}
		}
		s.st.record.ephemerals.replace(n, func(m Message) Message { f(&m); return m })
		return nil
	}
	if ch.message(g.ts) == nil {
		return apiError{Code: "message_not_found"}
	}
	ch.change(g.ts, f)
	return nil
}

// ackMessage applies a message that came in the acknowledgement of a command.
// It is no use of the response URL.
func (s *Slack) ackMessage(url string, answer json.RawMessage) {
	a, err := decodeArgs(answer)
	if err != nil || (a["text"] == "" && a["blocks"] == "" && a["attachments"] == "") {
		return
	}
	g := s.st.grants.responseURLs[strings.TrimPrefix(url, s.base.String())]
	if g == nil {
		return
	}
	rep, err := s.reply(g, a, "ack")
	if err != nil {
		s.log.Warn("the answer to a command is invalid", "err", err)
		return
	}
	rep.URL = g.url
	s.st.record.replies.add(rep)
}

package slackfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

func (s *Slack) uploadURL(r *request) (reply, error) {
	size, err := strconv.Atoi(r.args["length"])
	if err != nil || size <= 0 || r.args["filename"] == "" {
		return nil, apiError{Code: "missing_argument"}
	}
	f := &File{ID: s.st.ids.id("F"), Name: r.args["filename"], Alt: r.args["alt_txt"], Created: s.cfg.Now()}
	s.st.work.files[f.ID] = f
	s.st.work.fileOrder = append(s.st.work.fileOrder, f.ID)
	path := "/upload/v1/" + s.st.ids.hex(16)
	s.st.grants.uploads[path] = f.ID
	return reply{"upload_url": r.origin + path, "file_id": f.ID}, nil
}

// serveUpload takes a file's content, as a form or as it is. The URL is the
// permission.
func (s *Slack) serveUpload(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(http.MaxBytesReader(w, r.Body, maxBody))
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		part, _, err := r.FormFile("file")
		if err != nil {
			if part, _, err = r.FormFile("filename"); err != nil {
				http.Error(w, "no file", http.StatusBadRequest)
				return
			}
		}
		defer part.Close()
		body = part
	}
	content, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	ok := false
	s.do(func(st *state) {
		var id string
		if id, ok = st.grants.uploads[r.URL.Path]; ok {
			f := *st.work.files[id]
			f.Content = content
			st.work.files[id] = &f
		}
	})
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = fmt.Fprintf(w, "OK - %d", len(content))
}

// uploadDone turns uploads into files, and shares them.
func (s *Slack) uploadDone(r *request) (reply, error) {
	var wanted []struct{ ID, Title string }
	if json.Unmarshal([]byte(r.args["files"]), &wanted) != nil || len(wanted) == 0 {
		return nil, invalid("invalid_arguments", []Problem{{"/files", "must provide at least 1 items"}})
	}
	for _, x := range wanted {
		if f := s.st.work.files[x.ID]; f == nil || f.Content == nil || f.Shared {
			return nil, apiError{Code: "file_not_found"}
		}
	}
	c := content{text: r.args["initial_comment"]}
	if c.text == "" {
		if err := c.parseBlocks(r.args); err != nil {
			return nil, err
		}
	}
	var targets []*channel
	thread := ""
	for _, id := range append(r.args.list("channels"), r.args.list("channel_id")...) {
		ch, err := s.postable(id)
		if err != nil {
			return nil, err
		}
		if thread, err = ch.root(r.args["thread_ts"]); err != nil {
			return nil, err
		}
		targets = append(targets, ch)
	}
	var ids []string
	summaries := []map[string]any{}
	for _, x := range wanted {
		f := *s.st.work.files[x.ID]
		f.Title, f.Shared = cmp.Or(x.Title, f.Name), true
		s.st.work.files[x.ID] = &f
		ids = append(ids, f.ID)
		summaries = append(summaries, map[string]any{"id": f.ID, "title": f.Title})
	}
	for _, ch := range targets {
		m := s.post(ch, c, Message{ThreadTS: thread, Via: r.call.Method, Subtype: "file_share", Files: ids})
		r.call.Channel, r.call.TS = ch.ID, m.TS
		for _, id := range ids {
			f := *s.st.work.files[id]
			f.Channel, f.TS = ch.ID, m.TS
			s.st.work.files[id] = &f
		}
	}
	return reply{"files": summaries}, nil
}

// serveFile gives a file's content to whoever has the bot's token.
func (s *Slack) serveFile(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+s.cfg.App.BotToken {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/files-pri/"), "/")
	s.mu.Lock()
	f := s.st.work.files[id]
	s.mu.Unlock()
	if f == nil || !f.Shared {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(f.Content)
}

// The session cookie is SameSite=Strict, so a link from a chat arrives without
// it. From this page a request carries it: who is signed in goes on at once.
const form = document.getElementById('signin');
if (form) {
  const next = form.dataset.next || '/';
  const answer = await fetch(next, { redirect: 'manual', headers: { Accept: 'text/html' } });
  if (answer.ok || [403, 404].includes(answer.status)) location.replace(next); // which says more than this page
}

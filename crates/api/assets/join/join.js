// Comes in with an invitation, or chooses a password, with the code in the address.
"use strict";

const asked = new URLSearchParams(location.search);
const chooses = asked.has("password");
const by = (id) => document.getElementById(id);

// One key for one page: pressing the button twice does it once.
const requestKey = crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 64);

const ACCEPT = `mutation($code: String!, $account: NewcomerInput!, $key: String!) {
  done: invitationAccept(input: { code: $code, account: $account, requestKey: $key }) { errors { message } }
}`;
const CHOOSE = `mutation($code: String!, $password: String!, $key: String!) {
  done: passwordChoose(input: { code: $code, password: $password, requestKey: $key }) { name errors { message } }
}`;

by("code").value = asked.get(chooses ? "password" : "code") || "";
if (chooses) {
  by("title").textContent = "设置密码";
  by("form").classList.add("chooses");
} else {
  by("name").required = true;
  by("display").required = true;
}
// The code stays out of the history and out of screenshots of the address.
history.replaceState(null, "", "/join");

function request() {
  const code = by("code").value;
  const password = by("password").value;
  if (chooses) return { query: CHOOSE, variables: { code, password, key: requestKey } };
  const account = { name: by("name").value, displayName: by("display").value, password };
  return { query: ACCEPT, variables: { code, account, key: requestKey } };
}

async function send() {
  const answer = await fetch("/graphql", {
    method: "POST",
    // Whoever is signed in here comes in as somebody new all the same.
    credentials: "omit",
    headers: { "Content-Type": "application/json", "Accept-Language": "zh-CN" },
    body: JSON.stringify(request()),
  });
  const { data, errors } = await answer.json();
  const refused = (errors || []).concat(data && data.done ? data.done.errors : []);
  if (refused.length > 0) return refused.map((one) => one.message).join("；");
  by("form").hidden = true;
  const name = chooses ? data.done.name : by("name").value;
  return `完成，请用登录名 ${name} 登录。`;
}

by("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  by("send").disabled = true;
  by("said").textContent = "正在提交……";
  try {
    by("said").textContent = await send();
  } catch {
    by("said").textContent = "没有收到服务器的答复，请稍后再试。";
  }
  by("send").disabled = false;
});

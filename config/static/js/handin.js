/* A collection form between this device and the server: two versions compared, a submission kept until it was answered. */
(function () {
  "use strict";
  var doc = document, device = window.leagueDevice, AGAIN_AFTER = 20000, MOST_TRIES = 5;
  var GAVE_UP = "没有提交成功，草稿还在。请过几分钟再点“确认提交”，仍不成功请联系上级团委";
  if (!device) { return; }
  var each = device.each, keep = device.keep, recall = device.recall, forget = device.forget, announce = device.announce;
  var OTHER = device.OTHER, QUEUE = device.QUEUE;

  /* What this device kept was written over an older version: the person sees both, side by side, on the server's page. */
  function offer(form, key, other) {
    var bar = doc.querySelector("[data-draft-conflict]");
    if (!bar) { return; }
    bar.hidden = false;
    bar.querySelector("[data-draft-compare]").addEventListener("click", function () {
      var copy = doc.createElement("form"), named = { csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, version: other.version, page: "device" + other.at, draft: "1" };
      copy.method = "post";
      copy.action = form.action;
      other.values.forEach(function (one) { if (one[2] !== false) { add(copy, one[0], one[1]); } });
      Object.keys(named).forEach(function (name) { add(copy, name, named[name]); });
      doc.body.appendChild(copy);
      copy.submit();
    });
    bar.querySelector("[data-draft-drop]").addEventListener("click", function () {
      bar.hidden = true;
      forget(function (name) { return name === key + OTHER; });
    });
  }
  function add(form, name, value) {
    var field = doc.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.appendChild(field);
  }

  /* Handing in: kept on this device until the server has answered, sent again with the same key, so it counts once. */
  function hand(key, form) {
    var item = recall(QUEUE + key), body, token = doc.querySelector("[name=csrfmiddlewaretoken]");
    if (!item) { return; }
    item.tries = (item.tries || 0) + 1;
    if (item.tries > MOST_TRIES) { giveUp(); return; }
    keep(QUEUE + key, item);
    body = new FormData();
    item.values.forEach(function (one) { body.append(one[0], one[1]); });
    if (token) { body.append("csrfmiddlewaretoken", token.value); }
    announce(form, "saving", "正在提交…");
    fetch(item.url, { method: "POST", body: body, credentials: "same-origin", redirect: "manual", headers: { "X-Requested-With": "fetch" } })
      .then(function (response) {
        if (response.ok) { return response.json().then(function (answer) { drop(key); location.assign(answer.url); }); }
        /* Signed out, or the token is of the last session: sign in, and the page that follows sends it again. */
        if (response.type === "opaqueredirect" || response.status === 403) { location.assign(item.url); return null; }
        if (response.status >= 500 && item.tries < MOST_TRIES) { refused(); } else { giveUp(); }
        return null;
      })
      .catch(function () {
        item.tries = 0;
        keep(QUEUE + key, item);
        announce(form, "offline", "还没有提交成功，已存在本机，联网后自动提交");
        setTimeout(function () { hand(key, form); }, AGAIN_AFTER);
      });
    /* The network is there, the server fails: ask it less and less often, and not for ever. */
    function refused() {
      var wait = AGAIN_AFTER * Math.pow(2, item.tries - 1);
      announce(form, "failed", "服务器暂时没有受理，已存在本机，" + Math.round(wait / 1000) + " 秒后自动再试，请不要关闭页面");
      setTimeout(function () { hand(key, form); }, wait);
    }
    function giveUp() {
      drop(key);
      announce(form, "failed", GAVE_UP);
      form.removeAttribute("data-sent");
    }
  }
  function drop(key) { forget(function (name) { return name === QUEUE + key; }); }
  function queue(form) {
    var key = form.getAttribute("data-queue-key"), values = [], kept;
    Array.prototype.forEach.call(form.elements, function (field) {
      if (field.name && field.name !== "csrfmiddlewaretoken" && field.type === "hidden") { values.push([field.name, field.value]); }
    });
    kept = keep(QUEUE + key, { at: Date.now(), url: location.pathname, values: values });
    if (!kept || !window.fetch || !window.FormData) { return false; }
    form.setAttribute("data-sent", "1");
    if (navigator.onLine === false) { announce(form, "offline", "网络已断开，已存在本机，联网后自动提交"); } else { hand(key, form); }
    return true;
  }
  device.hand = function (form) { return Boolean(form.getAttribute("data-sent")) || queue(form); };
  function resend() {
    if (navigator.onLine === false) { return; }
    each("form[data-queue-key], form[data-draft-key]", function (form) {
      hand(form.getAttribute("data-queue-key") || form.getAttribute("data-draft-key"), form);
    });
  }
  window.addEventListener("online", resend);

  each("form[data-draft-key]", function (form) {
    if (form.otherDraft) { offer(form, form.getAttribute("data-draft-key"), form.otherDraft); }
  });
  each("[data-queue-clear]", function (node) { drop(node.getAttribute("data-queue-clear")); });
  resend();
})();

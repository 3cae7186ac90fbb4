/* Recording spot checks where the network comes and goes: every record is kept on this device until the server has answered. */
(function () {
  "use strict";
  var doc = document, root = doc.querySelector("[data-spot]"), AGAIN_AFTER = 20000;
  if (!root || !window.fetch || !window.FormData) { return; }
  var PREFIX = "spot:" + root.getAttribute("data-spot") + ":";
  var forms = all("[data-spot-form]"), sheet = doc.querySelector("[data-spot-sheet]");
  var current = root.getAttribute("data-spot-current"), isSending = false, hasSent = false, timer = 0;

  function all(selector, under) { return Array.prototype.slice.call((under || doc).querySelectorAll(selector)); }
  function part(selector) { return doc.querySelector(selector); }

  /* Private browsing makes localStorage throw: then every form is an ordinary one. */
  function keep(item) {
    try { localStorage.setItem(PREFIX + item.key, JSON.stringify(item)); return true; } catch (error) { return false; }
  }
  function kept() {
    try {
      return Object.keys(localStorage).filter(function (name) { return name.indexOf(PREFIX) === 0; })
        .map(function (name) { return JSON.parse(localStorage.getItem(name)); })
        .sort(function (one, other) { return one.at - other.at; });
    } catch (error) { return []; }
  }
  function drop(item) { try { localStorage.removeItem(PREFIX + item.key); } catch (error) { /* nothing was kept */ } }
  function newKey() { return Date.now().toString(16) + Math.random().toString(16).slice(2) + Math.random().toString(16).slice(2); }
  function isOffline() { return navigator.onLine === false; }

  function make(tag, attributes, text) {
    var node = doc.createElement(tag);
    Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    node.textContent = text || "";
    return node;
  }
  function say(form, text) {
    var line = form.querySelector("[data-spot-say]");
    line.hidden = !text;
    line.textContent = text;
  }
  function state(text) { part("[data-spot-state]").textContent = text; }

  /* The queue as it is seen: what waits, what the server refused and why. */
  function show() {
    var items = kept(), list = part("[data-spot-list]");
    part("[data-spot-queue]").hidden = !items.length && !hasSent;
    part("[data-spot-count]").textContent = items.length;
    list.textContent = "";
    items.forEach(function (item) {
      var row = make("li", {}), main = make("div", { "class": "list-main" }), button;
      main.appendChild(make("b", {}, item.name));
      main.appendChild(make("span", { "class": "sub block" }, item.error ? "没有收下：" + item.error : item.words + "，等待发送"));
      row.appendChild(main);
      if (item.error) {
        button = make("button", { type: "button", "class": "btn btn-small" }, "删除后重填");
        button.addEventListener("click", function () { drop(item); mark(item.sample, true); show(); });
        row.appendChild(button);
      }
      list.appendChild(row);
      mark(item.sample, Boolean(item.error));
    });
    if (!items.length) { state("已全部发送。"); }
    if (items.length && isOffline()) { state("网络已断开，联网后自动发送。请不要清除浏览器数据。"); }
  }
  /* A sample that waits in the queue is no longer offered. */
  function mark(pk, isOpen) {
    all('[data-spot-sample="' + pk + '"]').forEach(function (row) { row.hidden = !isOpen; });
  }

  function words(form) {
    return form.hasAttribute("data-spot-missing") ? "群找不到" : form.elements.posts.value + " 条";
  }
  function record(form) {
    var values = all("[name]", form).filter(function (field) {
      return field.type !== "file" && !/^(csrfmiddlewaretoken|key)$/.test(field.name);
    }).map(function (field) { return [field.name, field.value]; });
    var hasPhoto = !form.hasAttribute("data-spot-missing") && window.spotPhoto;
    return {
      key: form.elements.key.value || newKey(), at: Date.now(), sample: current, url: form.getAttribute("action"), values: values, words: words(form),
      name: form.getAttribute("data-name") || doc.querySelector("h1").textContent.trim(), photo: hasPhoto ? window.spotPhoto() : ""
    };
  }
  function faultOf(form) {
    if (form.hasAttribute("data-spot-missing")) { return form.elements.note.value.trim() ? "" : "请说明怎样查找过这个群。"; }
    if (!/^\d+$/.test(form.elements.posts.value.trim())) { return "请填写发布信息条数，没有发布填 0。"; }
    return window.spotPhoto && window.spotPhoto() && !form.elements.purpose.value.trim() ? "请写明图片用途，没有必要就不要附图片。" : "";
  }

  function submit(event) {
    var form = event.target, fault = faultOf(form), item;
    /* Beside the network the server says what is wrong, as without a script. */
    if (fault && !isOffline()) { return; }
    if (fault) { event.preventDefault(); return say(form, fault); }
    item = record(form);
    if (!keep(item)) {
      if (isOffline()) { event.preventDefault(); say(form, "网络已断开，本机也不能保存，请抄下条数，联网后再登记。"); }
      return;
    }
    event.preventDefault();
    say(form, "");
    show();
    if (isOffline()) { following(); } else { send(item.key); }
  }

  /* The next sample on this very page: without a network no other opens. */
  function following() {
    var row = all("[data-spot-sample]").filter(function (each) { return !each.hidden && each.getAttribute("data-spot-sample") !== current; })[0];
    if (row) { return open(row); }
    forms.forEach(function (form) { form.closest("section").hidden = true; });
    current = null;
  }
  function open(row) {
    var name = row.getAttribute("data-name"), title = part("[data-spot-title]");
    current = row.getAttribute("data-spot-sample");
    if (sheet) { sheet.hidden = false; }
    forms.forEach(function (form) {
      var isMissing = form.hasAttribute("data-spot-missing");
      form.closest("section").hidden = false;
      form.reset();
      form.setAttribute("action", row.getAttribute(isMissing ? "data-missing-url" : "data-url"));
      form.setAttribute("data-name", name);
      form.elements.key.value = newKey();
      say(form, "");
      form.dispatchEvent(new CustomEvent("spot:new"));
      all("input", form).forEach(function (field) { field.dispatchEvent(new CustomEvent("spot:new")); });
    });
    title.textContent = name;
    title.scrollIntoView({ block: "start" });
    title.focus();
  }

  /* One after the other. `followed` is the record that was just pressed: its answer leads on to the next page. */
  function send(followed) {
    var item = kept().filter(function (each) { return !each.error; })[0], body;
    clearTimeout(timer);
    if (isSending || isOffline()) { return; }
    if (!item) { return; }
    isSending = true;
    state("正在发送…");
    body = new FormData();
    item.values.forEach(function (one) { body.append(one[0], one[1]); });
    body.append("key", item.key);
    if (item.photo) { body.append("photo", blobOf(item.photo), "check.jpg"); }
    body.append("csrfmiddlewaretoken", part("[name=csrfmiddlewaretoken]") ? part("[name=csrfmiddlewaretoken]").value : token());
    fetch(item.url, { method: "POST", body: body, credentials: "same-origin", redirect: "manual", headers: { "X-Requested-With": "fetch" } })
      .then(function (response) { return answered(item, response); })
      .then(function (url) {
        isSending = false;
        show();
        if (url && item.key === followed) { location.assign(url); } else { send(followed); }
      })
      .catch(function (error) {
        isSending = false;
        show();
        state(error.message === "signed out" ? "登录已过期，请重新登录，登录后打开“我的抽查”自动发送。" : "还没有发送成功，已存在本机，联网后自动发送。");
        if (error.message !== "signed out") { timer = setTimeout(send, AGAIN_AFTER); }
        if (item.key === followed && isOffline()) { following(); }
      });
  }
  function answered(item, response) {
    if (response.ok) { return response.json().then(function (answer) { drop(item); hasSent = true; return answer.url; }); }
    if (response.type === "opaqueredirect" || response.status === 403) { throw new Error("signed out"); }
    if (response.status === 422 || response.status === 404) {
      return response.json().catch(function () { return { errors: ["这个样本已经不归您登记"] }; }).then(function (answer) {
        item.error = answer.errors.join(" ");
        keep(item);
        return "";
      });
    }
    throw new Error(String(response.status));
  }
  function token() {
    try { return JSON.parse(doc.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch (error) { return ""; }
  }
  function blobOf(address) {
    var raw = atob(address.split(",")[1]), bytes = new Uint8Array(raw.length), i;
    for (i = 0; i < raw.length; i++) { bytes[i] = raw.charCodeAt(i); }
    return new Blob([bytes], { type: "image/jpeg" });
  }

  forms.forEach(function (form) { form.addEventListener("submit", submit); });
  all("[data-spot-open]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      if (isOffline()) { event.preventDefault(); open(link.closest("[data-spot-sample]")); }
    });
  });
  window.addEventListener("online", function () { send(); });
  window.addEventListener("offline", show);
  show();
  send();
})();

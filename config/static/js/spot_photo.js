/* A photo of a spot check: made small, names blacked out by finger, redrawn so that nothing but the picture is left. */
(function () {
  "use strict";
  var doc = document, LONGEST = 1280, QUALITY = 0.8;
  var input = doc.querySelector("[data-spot-photo]"), canvas = doc.querySelector("[data-spot-canvas]");
  if (!input || !canvas || !canvas.getContext || !window.FileReader) { return; }
  var form = input.form, file = doc.querySelector("[data-spot-file]"), state = doc.querySelector("[data-spot-photo-state]");
  var undo = doc.querySelector("[data-spot-unmask]"), drop = doc.querySelector("[data-spot-drop]");
  var paper = canvas.getContext("2d"), picture = null, boxes = [], from = null;

  function draw(open) {
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    paper.fillStyle = "#000";
    boxes.concat(open ? [open] : []).forEach(function (box) { paper.fillRect(box[0], box[1], box[2], box[3]); });
  }
  function show(on) {
    canvas.hidden = drop.hidden = !on;
    undo.hidden = !on || !boxes.length;
  }
  function clear() {
    picture = null;
    boxes = [];
    input.value = "";
    file.value = "";
    state.textContent = "";
    show(false);
  }
  /* The masked picture goes where a form without a queue sends it from; where that can't be done, only the queue sends it. */
  function keep() {
    canvas.toBlob(function (blob) {
      try {
        var box = new DataTransfer();
        box.items.add(new File([blob], "check.jpg", { type: "image/jpeg" }));
        file.files = box.files;
      } catch (error) { /* an old browser */ }
      state.textContent = boxes.length ? "已涂黑 " + boxes.length + " 处" : "还没有涂黑，请核对图片中没有姓名、头像、号码";
      undo.hidden = !boxes.length;
    }, "image/jpeg", QUALITY);
  }
  function place(event) {
    var frame = canvas.getBoundingClientRect();
    return [(event.clientX - frame.left) * canvas.width / frame.width, (event.clientY - frame.top) * canvas.height / frame.height];
  }
  function boxTo(event) {
    var to = place(event);
    return [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  }

  input.addEventListener("change", function () {
    var reader = new FileReader();
    if (!input.files.length) { return clear(); }
    reader.onload = function () {
      var image = new Image();
      image.onerror = function () { clear(); state.textContent = "这个文件不是图片，请重新选择"; };
      image.onload = function () {
        var ratio = Math.min(1, LONGEST / Math.max(image.width, image.height));
        picture = image;
        boxes = [];
        canvas.width = Math.max(1, Math.round(image.width * ratio));
        canvas.height = Math.max(1, Math.round(image.height * ratio));
        draw();
        show(true);
        keep();
      };
      image.src = reader.result;
    };
    reader.readAsDataURL(input.files[0]);
  });
  canvas.addEventListener("pointerdown", function (event) { from = place(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", function (event) { if (from) { draw(boxTo(event)); } });
  canvas.addEventListener("pointerup", function (event) {
    if (!from) { return; }
    var box = boxTo(event);
    from = null;
    if (box[2] > 4 && box[3] > 4) { boxes.push(box); }
    draw();
    keep();
  });
  canvas.addEventListener("pointercancel", function () { from = null; draw(); });
  undo.addEventListener("click", function () { boxes.pop(); draw(); keep(); });
  drop.addEventListener("click", clear);
  form.addEventListener("spot:new", clear);

  /* What spot.js keeps on this device until it is sent; "" without a photo. */
  window.spotPhoto = function () { return picture ? canvas.toDataURL("image/jpeg", QUALITY) : ""; };
})();

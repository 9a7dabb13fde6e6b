ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# The index that offers torch without CUDA; docker-compose.gpu.yml empties it.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/radseek
ENV PATH=/opt/radseek/bin:$PATH
WORKDIR /src
# Dependencies first: a change of radseek's own code does not download them again.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > requirements.txt \
    && pip install ${TORCH_INDEX:+--extra-index-url "${TORCH_INDEX}"} -c constraints.txt -r requirements.txt
COPY . .
RUN pip install --no-deps .

FROM ${PYTHON_IMAGE}
# Collections and pulled weights. Its owner becomes the owner of a new volume mounted on it.
RUN install -d -o 10001 -g 10001 /data
COPY --from=build /opt/radseek /opt/radseek
ENV PATH=/opt/radseek/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    XDG_DATA_HOME=/data
USER 10001:10001
WORKDIR /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/api/health', timeout=4)"]
ENTRYPOINT ["radseek"]
CMD ["ui", "--host", "0.0.0.0"]
